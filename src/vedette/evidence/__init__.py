"""Sequential evidence on merged counts: e-detectors whose false alarms are bounded whatever the horizon."""
