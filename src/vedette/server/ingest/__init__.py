"""What comes in: requests checked row by row, refused rows kept with their reason, the rest made durable."""
