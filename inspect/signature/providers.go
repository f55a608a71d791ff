package signature

import "slices"

// builtinProviders are the providers of this package. The facts are from each one's Docs and its own library.
func builtinProviders() []*Provider {
	return slices.Concat(
		firstProviders(), shopProviders(), paymentProviders(), bankingProviders(), aiProviders(), mailProviders(),
		messagingProviders(), socialProviders(), cloudProviders(), devtoolProviders(), contentProviders(), workProviders(),
		crmProviders(), identityProviders(),
	)
}
