"""Pages of a case's documents as reviewers see them: their pictures, their list, and the originals."""
