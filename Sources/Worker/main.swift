print("otp-worker")
