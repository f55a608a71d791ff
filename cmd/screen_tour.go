package cmd

// demoTour is what to try on the demo's screen: see tui.Config. It fits what demo.play sends.
func (p pen) demoTour() []string {
	return []string{
		"down webhooks of five providers come in; ↑↓ choose one, and new ones don't move you",
		"tab the next tab: what the app answered, then headers, body, signature, timing",
		"/ filter: type shopify and press enter. One was answered 500, and came again " + p.sign("↻", "(r)"),
		"esc all of them again",
		"5 the signature tab: go to stripe invoice.paid with the " + p.sign("✗", "x") + ", it says what is wrong",
		"r replay it: hook signs it anew, with the secret that the app has",
		"@ what you did here, and what came of it",
		"S send a sample event of any provider, signed as the provider signs it",
		"y copy it as a curl command, its body, its headers",
		"? all keys. q quits, and says how to look at all of this again",
	}
}
