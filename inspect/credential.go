package inspect

import "strings"

// IsCredential says whether the header field of that name grants access by itself, so that neither a screen, which others
// may see, nor an export shows it unless asked to. Signatures do not: each is for one request.
func IsCredential(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token",
		"x-gitlab-token", "x-goog-channel-token", "x-telegram-bot-api-secret-token":
		return true
	}
	return false
}
