"""A small recurrent model that writes music column by column, a 16th at a time."""
