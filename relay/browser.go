package relay

// warn answers a browser that goes to an endpoint with a page that says what this is, and says whether it did.
func warn(*visit) bool { return false }
