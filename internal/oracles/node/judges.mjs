// Each judge asks one library whether it accepts a request. It does unless the answer is false or an error.
import { createRequire } from 'node:module';
import https from 'node:https';
import { PassThrough } from 'node:stream';

const require = createRequire(import.meta.url);

export const judges = {
  adyen({ headers, text, secret }) {
    const { hmacValidator } = require('@adyen/api-library');
    const validator = new hmacValidator();
    if (headers.hmacsignature) {
      return validator.validateHMACSignature(secret, headers.hmacsignature, text);
    }
    const { notificationItems } = JSON.parse(text);
    return notificationItems.every((item) => validator.validateHMAC(item.NotificationRequestItem, secret));
  },
  anthropic({ headers, text, secret }) {
    const { Anthropic } = require('@anthropic-ai/sdk');
    new Anthropic({ apiKey: 'none' }).beta.webhooks.unwrap(text, { headers, key: secret });
  },
  box({ headers, text, secret }) {
    const { WebhooksManager } = require('box-node-sdk/lib/managers/webhooks');
    return WebhooksManager.validateMessage(text, headers, secret);
  },
  braintree({ text, secret }) {
    const form = new URLSearchParams(text);
    const signature = form.get('bt_signature');
    const [publicKey, privateKey] = secret.split(':');
    const gateway = new (require('braintree').BraintreeGateway)({
      environment: 'sandbox', merchantId: 'merchant', publicKey, privateKey,
    });
    return gateway.webhookNotification.parse(signature, form.get('bt_payload'));
  },
  cloudinary({ headers, text, secret }) {
    const { v2 } = require('cloudinary');
    v2.config({ api_secret: secret });
    return v2.utils.verifyNotificationSignature(text, Number(headers['x-cld-timestamp']), headers['x-cld-signature']);
  },
  'coinbase-commerce'({ headers, text, secret }) {
    require('coinbase-commerce-node').Webhook.verifyEventBody(text, headers['x-cc-webhook-signature'], secret);
  },
  contentful({ method, url, headers, text, secret }) {
    const { verifyRequest } = require('@contentful/node-apps-toolkit');
    return verifyRequest(secret, { method, path: target(url), headers, body: text });
  },
  discord({ headers, body, secret }) {
    const { verifyKey } = require('discord-interactions');
    return verifyKey(body, headers['x-signature-ed25519'], headers['x-signature-timestamp'], secret);
  },
  'dropbox-sign'({ text, secret }) {
    const { EventCallbackHelper, EventCallbackRequest } = require('@dropbox/sign');
    const [, json] = text.match(/name="json"\r\n\r\n(.*?)\r\n--/s); // a multipart form's only field
    return EventCallbackHelper.isValid(secret, EventCallbackRequest.init(JSON.parse(json)));
  },
  easypost({ headers, body, secret }) {
    new (require('@easypost/api'))('none').Utils.validateWebhook(body, headers, secret);
  },
  async elevenlabs({ headers, text, secret }) {
    const { ElevenLabsClient } = require('@elevenlabs/elevenlabs-js');
    await new ElevenLabsClient({ apiKey: 'none' }).webhooks.constructEvent(text, headers['elevenlabs-signature'], secret);
  },
  async github({ headers, text, secret }) {
    const { verify } = await import('@octokit/webhooks-methods');
    return verify(secret, text, headers['x-hub-signature-256']);
  },
  async gocardless({ headers, body, secret }) {
    const { verifySignature } = await import('gocardless-nodejs/webhooks');
    verifySignature(body, secret, headers['webhook-signature']);
  },
  async 'google-pubsub'({ url, headers, secret }) {
    const { OAuth2Client } = require('google-auth-library');
    const token = headers.authorization.replace('Bearer ', '');
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
    await new OAuth2Client().verifySignedJwtWithCertsAsync(token, { [kid]: secret }, url, ['https://accounts.google.com']);
  },
  hubspot({ method, url, headers, text, secret }) {
    const { Signature } = require('@hubspot/api-client');
    const given = { clientSecret: secret, requestBody: text, url, method };
    const older = headers['x-hubspot-signature'];
    return Signature.isValid({
      ...given, signatureVersion: 'v3', signature: headers['x-hubspot-signature-v3'],
      timestamp: Number(headers['x-hubspot-request-timestamp']),
    }) && (!older || Signature.isValid({ ...given, signatureVersion: headers['x-hubspot-signature-version'], signature: older }));
  },
  hygraph({ headers, text, secret }) {
    const { verifyWebhookSignature } = require('@hygraph/utils');
    return verifyWebhookSignature({ rawPayload: text, signature: headers['gcms-signature'], secret });
  },
  line({ headers, body, secret }) {
    return require('@line/bot-sdk').validateSignature(body, secret, headers['x-line-signature']);
  },
  async linear({ headers, body, secret }) {
    const { LinearWebhookClient } = await import('@linear/sdk/webhooks');
    return new LinearWebhookClient(secret).verify(body, headers['linear-signature']);
  },
  lithic({ headers, text, secret }) {
    const { Lithic } = require('lithic');
    new Lithic({ apiKey: 'none' }).webhooks.verifySignature(text, headers, secret);
  },
  'modern-treasury'({ headers, text, secret }) {
    const { ModernTreasury } = require('modern-treasury');
    const client = new ModernTreasury({ apiKey: 'none', organizationID: 'none' });
    return client.webhooks.validateSignature(text, headers['x-signature'], { key: secret });
  },
  async mux({ headers, text, secret }) {
    const { Mux } = require('@mux/mux-node');
    await new Mux({ tokenId: 'none', tokenSecret: 'none' }).webhooks.verifySignature(text, headers, secret);
  },
  notion({ headers, body, secret }) {
    const { verifyWebhookSignature } = require('@notionhq/client');
    return verifyWebhookSignature({ body, signature: headers['x-notion-signature'], verificationToken: secret });
  },
  onfido({ headers, body, secret }) {
    const { WebhookEventVerifier } = require('@onfido/api');
    new WebhookEventVerifier(secret).readPayload(body, headers['x-sha2-signature']);
  },
  async openai({ headers, text, secret }) {
    const { OpenAI } = require('openai');
    await new OpenAI({ apiKey: 'none' }).webhooks.verifySignature(text, headers, secret);
  },
  orb({ headers, text, secret }) {
    const { Orb } = require('orb-billing');
    new Orb({ apiKey: 'none' }).webhooks.verifySignature(text, headers, secret);
  },
  paddle({ headers, text, secret }) {
    const { Paddle } = require('@paddle/paddle-node-sdk');
    return new Paddle('none').webhooks.isSignatureValid(text, secret, headers['paddle-signature']);
  },
  plivo({ method, url, headers, text, secret }) {
    const { validateV3Signature } = require('plivo');
    const signature = headers['x-plivo-signature-v3'];
    return validateV3Signature(method, url, headers['x-plivo-signature-v3-nonce'], secret, signature, parameters(text));
  },
  polar({ headers, text, secret }) {
    const { validateEvent } = require('@polar-sh/sdk/webhooks');
    try {
      validateEvent(text, headers, secret);
    } catch (error) {
      if (error.name !== 'SDKValidationError') throw error; // that is about the event, whose signature was good
    }
  },
  pusher({ headers, text, secret }) {
    const Pusher = require('pusher');
    const client = new Pusher({ appId: '1', key: headers['x-pusher-key'], secret });
    return client.webhook({ headers, rawBody: text }).isValid();
  },
  razorpay({ headers, text, secret }) {
    return require('razorpay').validateWebhookSignature(text, headers['x-razorpay-signature'], secret);
  },
  replicate({ headers, text, secret }) {
    return require('replicate').validateWebhook({ headers, body: text }, secret);
  },
  resend({ headers, text, secret }) {
    const { Resend } = require('resend');
    const named = { id: headers['svix-id'], timestamp: headers['svix-timestamp'], signature: headers['svix-signature'] };
    new Resend('none').webhooks.verify({ payload: text, headers: named, webhookSecret: secret });
  },
  sanity({ headers, text, secret }) {
    return require('@sanity/webhook').isValidRequest({ headers, body: text }, secret);
  },
  sendgrid({ headers, body, secret }) {
    const { EventWebhook, EventWebhookHeader } = require('@sendgrid/eventwebhook');
    const hook = new EventWebhook();
    return hook.verifySignature(hook.convertPublicKeyToECDSA(secret), body,
      headers[EventWebhookHeader.SIGNATURE().toLowerCase()], headers[EventWebhookHeader.TIMESTAMP().toLowerCase()]);
  },
  async shopify({ method, url, headers, text, secret }) {
    require('@shopify/shopify-api/adapters/node');
    const { shopifyApi, LogSeverity } = require('@shopify/shopify-api');
    const shop = shopifyApi({
      apiKey: 'none', apiSecretKey: secret, apiVersion: '2026-10', hostName: 'app.example.com', isEmbeddedApp: false,
      logger: { level: LogSeverity.Error },
    });
    const judged = await shop.webhooks.validate({ rawBody: text, rawRequest: { method, url, headers }, rawResponse: {} });
    if (!judged.valid) throw new Error(JSON.stringify(judged));
  },
  slack({ headers, text, secret }) {
    const { verifySlackRequest } = require('@slack/bolt/dist/receivers/verify-request.js');
    verifySlackRequest({ signingSecret: secret, headers, body: text });
  },
  smartcar({ headers, text, secret }) {
    return require('smartcar').verifyPayload(secret, headers['sc-signature'], JSON.parse(text));
  },
  sns({ text, secret }) {
    const Validator = require('sns-validator');
    const message = { ...JSON.parse(text), SigningCertURL: freshCertURL() };
    return answeringWith(secret, () => new Promise((resolve, reject) => {
      new Validator().validate(message, (error) => (error ? reject(error) : resolve()));
    }));
  },
  square({ url, headers, text, secret }) {
    const { WebhooksHelper } = require('square');
    const signatureHeader = headers['x-square-hmacsha256-signature'];
    return WebhooksHelper.verifySignature({ requestBody: text, signatureHeader, signatureKey: secret, notificationUrl: url });
  },
  'standard-webhooks'({ headers, text, secret }) {
    new (require('standardwebhooks').Webhook)(secret).verify(text, headers);
  },
  stripe({ headers, body, secret }) {
    const Stripe = require('stripe');
    new Stripe('none').webhooks.constructEvent(body, headers['stripe-signature'], secret);
  },
  svix({ headers, text, secret }) {
    new (require('svix').Webhook)(secret).verify(text, headers);
  },
  async telnyx({ headers, text, secret }) {
    const { Telnyx } = require('telnyx');
    await new Telnyx({ apiKey: 'none' }).webhooks.unwrap(text, { headers, key: secret });
  },
  twilio({ url, headers, text, secret }) {
    const twilio = require('twilio');
    const signature = headers['x-twilio-signature'];
    if (url.includes('bodySHA256=')) {
      return twilio.validateRequestWithBody(secret, signature, url, text);
    }
    return twilio.validateRequest(secret, signature, url, parameters(text));
  },
  webflow({ headers, text, secret }) {
    const { WebflowClient } = require('webflow-api');
    return new WebflowClient({ accessToken: 'none' }).webhooks.verifySignature({ headers, body: text, secret });
  },
  async workos({ headers, text, secret }) {
    const { WorkOS } = require('@workos-inc/node');
    const { webhooks } = new WorkOS('none');
    await webhooks.verifyHeader({ payload: JSON.parse(text), sigHeader: headers['workos-signature'], secret });
  },
};

// target is what an app's server calls the URL: with every character as it came.
export const target = (url) => url.replace(/^https?:\/\/[^/?#]*\/?/, '/').replace(/#.*/, '');

// parameters are a form's, as Express gives them: a repeated one is a list.
function parameters(text) {
  return { ...require('node:querystring').parse(text) };
}

// The library keeps certificates by their URL, which is not signed.
let certs = 0;
const freshCertURL = () => `https://sns.us-east-1.amazonaws.com/${++certs}.pem`;

// answeringWith lets a library that fetches a certificate have this one.
async function answeringWith(certificate, ask) {
  const get = https.get;
  https.get = (_url, answer) => {
    const response = Object.assign(new PassThrough(), { statusCode: 200 });
    answer(response);
    response.end(certificate);
    return response;
  };
  try {
    return await ask();
  } finally {
    https.get = get;
  }
}
