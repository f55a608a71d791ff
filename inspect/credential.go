package inspect

import "strings"

// IsCredential says whether the header field of that name grants access by itself, so that neither a screen, which others
// may see, nor an export shows it unless asked to: Authorization, cookies, and what is called a token, a secret, a password
// or a key. Signatures do not: each is for one request.
func IsCredential(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie", "apikey", "x-functions-key", "x-api-auth", "x-auth", "x-access",
		"x-amz-security-token", "x-goog-iam-authorization-token", "x-webhook-auth", "x-hook-auth":
		return true
	}
	return IsSecretName(name)
}
