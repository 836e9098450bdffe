"""Parts of messages and modals: elements, sections, inputs, paragraphs. What is drawn of a read model lies above."""
