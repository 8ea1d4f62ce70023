"""What programs read and change: models, series, incidents, monitors, as JSON."""
