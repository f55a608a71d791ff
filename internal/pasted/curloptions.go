package pasted

import (
	"slices"
	"strings"
)

// longName is the option that a letter stands for; empty if it stands for none that matters.
func longName(letter byte) string {
	const letters = "X request H header d data F form u user A user-agent e referer b cookie G get I head T upload-file K config : next " +
		"a append E cert C continue-at c cookie-jar q disable D dump-header f fail g globoff 0 http1.0 i include k insecure 4 ipv4 6 ipv6 " +
		"j junk-session-cookies l list-only L location m max-time n netrc N no-buffer o output Z parallel # progress-bar x proxy U proxy-user " +
		"p proxytunnel Q quote r range O remote-name J remote-header-name R remote-time S show-error s silent Y speed-limit y speed-time " +
		"2 sslv2 3 sslv3 t telnet-option z time-cond 1 tlsv1 B use-ascii v verbose w write-out P ftp-port"
	words := strings.Fields(letters)
	for i := 0; i < len(words); i += 2 {
		if words[i] == string(letter) {
			return words[i+1]
		}
	}
	return ""
}

// unfit says why the request of a command with that option can't be known; empty if it can.
func unfit(name string) string {
	switch name {
	case "form", "form-string":
		return "curl makes the boundary of multipart anew each time, so the body that was signed can't be rebuilt; save the request itself"
	case "upload-file":
		return "it sends a file as it is at that moment; give its content with --data-binary"
	case "config":
		return "the options are in a file; write them out"
	case "next":
		return "it begins another request; give one alone"
	case "aws-sigv4":
		return "curl makes that signature itself; save the request as it was sent"
	}
	return ""
}

// takesValue says whether an option is followed by a value.
func takesValue(name string) bool {
	const names = "request url url-query header data data-ascii data-binary data-raw data-urlencode json user oauth2-bearer user-agent referer " +
		"cookie " + // and those that don't change what is signed:
		"abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to continue-at cookie-jar create-file-mode " +
		"crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare " +
		"etag-save expect100-timeout ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms " +
		"haproxy-clientip hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway keepalive-cnt keepalive-time key key-type krb libcurl " +
		"limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy output " +
		"output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert " +
		"proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass " +
		"proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 " +
		"pubkey quote random-file range rate resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 " +
		"socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers " +
		"tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket vlan-priority write-out"
	return slices.Contains(strings.Fields(names), name)
}

// isFlag says whether an option has no value, and no effect on what is signed.
func isFlag(name string) bool {
	const names = "alpn anyauth append basic ca-native cert-status clobber compressed compressed-ssh create-dirs crlf digest disable " +
		"disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure eprt epsv fail fail-early fail-with-body " +
		"false-start form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control globoff haproxy-protocol " +
		"http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6 " +
		"junk-session-cookies keepalive list-only location location-trusted mail-rcpt-allowfails manual metalink negotiate netrc " +
		"netrc-optional buffer npn ntlm ntlm-wb parallel parallel-immediate path-as-is post301 post302 post303 progress-bar " +
		"progress-meter proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm " +
		"proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all " +
		"remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers silent skip-existing " +
		"socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd " +
		"ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata " +
		"tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose xattr"
	return slices.Contains(strings.Fields(names), name)
}
