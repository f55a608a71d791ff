package signature

// firstPlain are those that prove nothing: what they send is known by its shape.
func firstPlain() []*Provider {
	return []*Provider{papertrail(), wordpress(), zapier()}
}

func papertrail() *Provider {
	in := func(path string) source { return inPayload("payload", path) }
	search := in("saved_search.id")
	return &Provider{
		Name:       "papertrail",
		Title:      "Papertrail",
		Docs:       "https://help.papertrailapp.com/kb/how-it-works/web-hooks/",
		Confidence: Documented,
		Note:       "Nothing is signed. The URL that you register may hold a user name and a password, or a long random path.",
		RegisterAt: "Dashboard → the saved search → Create Alert → Webhook",
		Retries:    "not published",
		Forgetful:  true,
		clues:      []clue{shape("the form's payload with a saved_search", search)},
		reads: reading{
			event: firstOf(when(in("events.0.id"), nil, "", "events"), when(in("counts.0.source_name"), nil, "", "counts")),
			id:    joined(":", search, in("max_id")),
		},
	}
}

func wordpress() *Provider {
	return &Provider{
		Name:       "wordpress",
		Title:      "WordPress",
		Docs:       "https://wordpress.com/support/webhooks/",
		Confidence: Documented,
		Note: "Nothing is signed: put a long random path into the URL that you register. These are the webhooks of WordPress.com; " +
			"WordPress itself sends none, and plugins have schemes of their own.",
		RegisterAt: "WP Admin → Settings → Webhooks",
		Retries:    "never",
		Forgetful:  true,
		clues: []clue{
			agent("WordPress/"),
			shape("the form's hook and ID", inForm("hook"), firstOf(inForm("ID"), inForm("comment_ID"), inForm("post_title"))),
		},
		reads: reading{event: inForm("hook")},
	}
}

func zapier() *Provider {
	return &Provider{
		Name:       "zapier",
		Title:      "Zapier",
		Docs:       "https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps",
		Confidence: Documented,
		Note:       "Nothing is signed. A step of Webhooks by Zapier may send headers or Basic authentication of your choice, which your app can check.",
		RegisterAt: "the Zap → the step Webhooks by Zapier → URL",
		Retries:    "only where Autoreplay is on",
		clues:      []clue{agent("Zapier")},
		reads: reading{
			event: firstOf(inBody("event"), inBody("event_type"), inBody("type")), id: firstOf(inBody("event_id"), inBody("id")),
		},
	}
}
