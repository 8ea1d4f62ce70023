"""What people read about findings and notes: templates in English and Chinese, and how their fields are filled in."""
