"""Updates and what people do with them: written, changed, answered, liked, taken back."""
