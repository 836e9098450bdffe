"""The pictures of the documents, taken of the product in the sandbox. Each file is a story of which some are taken."""
