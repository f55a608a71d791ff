package replay

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// admitted reads the body if it is no longer than most, asks the Challenger if asks, and Forwarder.Refuse if there is one, and says
// whether the app is to have the delivery. If not, it was answered.
func (p *passage) admitted(ctx context.Context, most int64, asks bool) bool {
	p.started, p.trace = time.Now(), new(tracer)
	p.aim()
	if p.request.length <= most && expects(p.d.Header, p.request.length) { // nobody else would ask the sender for the body
		if err := p.inform(http.StatusContinue, nil); err != nil {
			p.give(ctx, err)
			return false
		}
	}
	if err := p.request.ahead(most); err != nil {
		p.give(ctx, err)
		return false
	}
	if p.request.passed() {
		p.received()
		if asks && p.d.Body.Complete && p.d.Body.Size <= challengeBody {
			p.challenge = p.f.Challenger.Challenge(p.d)
		}
	}
	if p.f.Refuse == nil {
		return true
	}
	failure := p.f.Refuse(p.d)
	if failure == nil {
		return true
	}
	if p.challenge != nil {
		p.standIn(ctx, "as --enforce keeps from the app what has no signature")
		return false
	}
	p.received()
	p.over(inspect.Attempt{Err: failure.Message, Outcome: inspect.OutcomeRejected}, false)
	p.awaitKept()
	failure.Answer(p.w, p.d.ID)
	return false
}

// ahead reads the body before anybody gets it, if it is no longer than limit. Of one that is longer, what was read is read
// again.
func (c *capture) ahead(limit int64) error {
	if c.length > limit {
		return nil
	}
	if c.length >= 0 {
		return c.all()
	}
	first, err := io.ReadAll(io.LimitReader(c.src, limit+1))
	if err != nil {
		return err
	}
	if int64(len(first)) > limit {
		c.src = &readAgain{io.MultiReader(bytes.NewReader(first), c.src), c.src}
		return nil
	}
	c.kept, c.size, c.over = first, int64(len(first)), true
	if t, ok := c.src.(trailed); ok && c.trailer != nil {
		maps.Copy(c.trailer, t.Trailer())
	}
	return nil
}

// readAgain is a body of which some was read, from its beginning.
type readAgain struct {
	io.Reader
	body io.Reader
}

func (r *readAgain) Trailer() http.Header {
	if t, ok := r.body.(trailed); ok {
		return t.Trailer()
	}
	return nil
}
