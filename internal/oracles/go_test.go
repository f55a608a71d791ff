package oracles

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	paddle "github.com/PaddleHQ/paddle-go-sdk/v4"
	pagerduty "github.com/PagerDuty/go-pagerduty/webhookv3"
	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/buildkite/go-buildkite/v4"
	"github.com/bwmarrin/discordgo"
	"github.com/google/go-github/v88/github"
	line "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/mailgun/mailgun-go/v4"
	openaioption "github.com/openai/openai-go/v3/option"
	openai "github.com/openai/openai-go/v3/webhooks"
	razorpay "github.com/razorpay/razorpay-go/utils"
	"github.com/resend/resend-go/v3"
	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/slack-go/slack"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	stripe "github.com/stripe/stripe-go/v85/webhook"
	svix "github.com/svix/svix-webhooks/go"
	twilio "github.com/twilio/twilio-go/client"
)

func TestGoJudges(t *testing.T) {
	for _, j := range goJudges() {
		t.Run(j.name+"/"+j.provider, j.hold)
	}
}

func goJudges() []judge {
	const fiveMinutes = 5 * time.Minute
	return []judge{
		{name: "anthropic-sdk-go", provider: "anthropic", prepare: withAnthropic, tolerance: fiveMinutes},
		{name: "discordgo", provider: "discord", prepare: withDiscord},
		{name: "go-buildkite", provider: "buildkite", prepare: withBuildkite},
		{name: "go-github", provider: "github", prepare: withGitHub},
		{name: "go-pagerduty", provider: "pagerduty", prepare: withPagerDuty},
		{name: "line-bot-sdk-go", provider: "line", prepare: withLINE},
		{name: "mailgun-go", provider: "mailgun", prepare: withMailgun, deeds: mailgunDeeds()},
		{name: "openai-go", provider: "openai", prepare: withOpenAI, tolerance: fiveMinutes},
		{name: "paddle-go-sdk", provider: "paddle", prepare: withPaddle, tolerance: paddleTolerance},
		{name: "razorpay-go", provider: "razorpay", prepare: withRazorpay},
		{name: "resend-go", provider: "resend", prepare: withResend, tolerance: fiveMinutes},
		{name: "sendgrid-go", provider: "sendgrid", prepare: withSendGrid},
		{name: "slack-go", provider: "slack", prepare: withSlack, tolerance: fiveMinutes},
		{name: "standardwebhooks", provider: "standard-webhooks", prepare: withStandardWebhooks, tolerance: fiveMinutes},
		{name: "stripe-go", provider: "stripe", prepare: withStripe, tolerance: fiveMinutes},
		{name: "svix", provider: "svix", prepare: withSvix, tolerance: fiveMinutes},
		{name: "svix", provider: "standard-webhooks", prepare: withSvix, tolerance: fiveMinutes},
		{name: "twilio-go", provider: "twilio", prepare: withTwilio},
	}
}

// errRefused stands in where a library only says no.
var errRefused = errors.New("refused")

// yes is the judgement of a library that answers with a truth value.
func yes(ok bool) error {
	if !ok {
		return errRefused
	}
	return nil
}

func withAnthropic(secret string) (asked, error) {
	hooks := anthropic.NewBetaWebhookService(anthropicoption.WithWebhookKey(secret))
	return func(d delivery) error {
		_, err := hooks.Unwrap(d.Body, d.Header)
		return err
	}, nil
}

func withDiscord(secret string) (asked, error) {
	key, err := hex.DecodeString(secret)
	return func(d delivery) error { return yes(discordgo.VerifyInteraction(d.request(), ed25519.PublicKey(key))) }, err
}

func withBuildkite(secret string) (asked, error) {
	return func(d delivery) error {
		_, err := buildkite.ValidatePayload(d.request(), []byte(secret))
		return err
	}, nil
}

func withGitHub(secret string) (asked, error) {
	return func(d delivery) error {
		_, err := github.ValidatePayload(d.request(), []byte(secret))
		return err
	}, nil
}

func withPagerDuty(secret string) (asked, error) {
	return func(d delivery) error { return pagerduty.VerifySignature(d.request(), secret) }, nil
}

func withLINE(secret string) (asked, error) {
	return func(d delivery) error {
		return yes(line.ValidateSignature(secret, d.Header.Get("X-Line-Signature"), d.Body))
	}, nil
}

func withMailgun(secret string) (asked, error) {
	mg := mailgun.NewMailgun("app.example.com", "")
	mg.SetWebhookSigningKey(secret)
	return func(d delivery) error {
		var event mailgun.WebhookPayload
		if err := json.Unmarshal(d.Body, &event); err != nil {
			return err
		}
		ok, err := mg.VerifyWebhookSignature(event.Signature)
		return errors.Join(err, yes(ok))
	}, nil
}

func withOpenAI(secret string) (asked, error) {
	hooks := openai.NewWebhookService(openaioption.WithWebhookSecret(secret))
	return func(d delivery) error { return hooks.VerifySignature(d.Body, d.Header) }, nil
}

// paddleTolerance is that of Paddle's library for Node. The one for Go looks at the time only where it is told to.
const paddleTolerance = 5 * time.Second

func withPaddle(secret string) (asked, error) {
	verifier := paddle.NewWebhookVerifier(secret, paddle.VerifierWithTimestampTolerance(paddleTolerance))
	return func(d delivery) error {
		ok, err := verifier.Verify(d.request())
		if err != nil {
			return err
		}
		return yes(ok)
	}, nil
}

func withRazorpay(secret string) (asked, error) {
	return func(d delivery) error {
		return yes(razorpay.VerifyWebhookSignature(string(d.Body), d.Header.Get("X-Razorpay-Signature"), secret))
	}, nil
}

func withResend(secret string) (asked, error) {
	hooks := resend.NewClient("").Webhooks
	return func(d delivery) error {
		return hooks.Verify(&resend.VerifyWebhookOptions{
			Payload: string(d.Body),
			Headers: resend.WebhookHeaders{
				Id:        d.Header.Get("Svix-Id"),
				Timestamp: d.Header.Get("Svix-Timestamp"),
				Signature: d.Header.Get("Svix-Signature"),
			},
			WebhookSecret: secret,
		})
	}, nil
}

func withSendGrid(secret string) (asked, error) {
	key, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(secret)
	return func(d delivery) error {
		ok, err := eventwebhook.VerifySignature(key, d.Body,
			d.Header.Get(eventwebhook.VerificationHTTPHeader), d.Header.Get(eventwebhook.TimestampHTTPHeader))
		if err != nil {
			return err
		}
		return yes(ok)
	}, err
}

func withSlack(secret string) (asked, error) {
	return func(d delivery) error {
		v, err := slack.NewSecretsVerifier(d.Header, secret)
		if err != nil {
			return err
		}
		if _, err := v.Write(d.Body); err != nil {
			return err
		}
		return v.Ensure()
	}, nil
}

func withStandardWebhooks(secret string) (asked, error) {
	hook, err := standardwebhooks.NewWebhook(secret)
	return func(d delivery) error { return hook.Verify(d.Body, d.Header) }, err
}

func withStripe(secret string) (asked, error) {
	return func(d delivery) error {
		return stripe.ValidatePayload(d.Body, d.Header.Get("Stripe-Signature"), secret)
	}, nil
}

func withSvix(secret string) (asked, error) {
	hook, err := svix.NewWebhook(secret)
	return func(d delivery) error { return hook.Verify(d.Body, d.Header) }, err
}

func withTwilio(secret string) (asked, error) {
	v := twilio.NewRequestValidator(secret)
	return func(d delivery) error { return yes(v.ValidateBody(d.URL, d.Body, d.Header.Get("X-Twilio-Signature"))) }, nil
}
