"""Values as pictures, pages and words: one definition for notebook, report, web UI and the picture in an alert."""
