package signature

// mailgunCarrier finds Mailgun's signature, time and token in the JSON body's member "signature", or, as its routes and its
// older webhooks post them, in fields of a form. A subaccount's event is signed with its parent's key too.
//
// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
type mailgunCarrier struct {
	members, fields slots
	parent          slot
}

func newMailgunCarrier() mailgunCarrier {
	return mailgunCarrier{
		members: slots{
			signature: memberAt("signature.signature"), time: memberAt("signature.timestamp"), id: memberAt("signature.token"),
		},
		fields: slots{signature: fieldAt("signature"), time: fieldAt("timestamp"), id: fieldAt("token")},
		parent: memberAt("signature.parent-signature"),
	}
}

// of are the slots that a request's body has.
func (k mailgunCarrier) of(r Request) slots {
	if isForm(r.Header) {
		return k.fields
	}
	return k.members
}

func (k mailgunCarrier) read(r Request) (claims, Reason) {
	c, reason := k.of(r).read(r)
	parent, why := k.parent.get(r)
	if why == ReasonOK && len(c.signatures) > 0 {
		c.add(parent)
	}
	if why == ReasonMalformed && reason == ReasonOK {
		c.unclear, reason = true, why
	}
	return c, reason
}

func (k mailgunCarrier) label() string                    { return "" }
func (k mailgunCarrier) headers() []string                { return nil }
func (k mailgunCarrier) form(signature string) string     { return k.members.form(signature) }
func (k mailgunCarrier) inBody() bool                     { return true }
func (k mailgunCarrier) stamp(r *Request, c claims) error { return k.of(*r).stamp(r, c) }

func (k mailgunCarrier) put(r *Request, c claims, signature string) error {
	return k.of(*r).put(r, c, signature)
}
