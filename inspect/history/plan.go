package history

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// A plan is how the deliveries of a query are found without looking at others, or at few: in some arms, whose deliveries
// are all of them, each once, and for the rest by conditions.
//
// An index serves the order of lists only among the deliveries that have the same values in all columns before the times. So
// a query for a beginning, for a class or for one column of two becomes an arm for each of the values that there are, and
// SQLite merges the arms, each read as far as it is needed.
//
// The indexes of events, statuses and redeliveries have no fresh deliveries. These are looked through, all of them, as one more
// arm; if they are too many, the list is walked from its beginning instead.
type plan struct {
	arms    []arm
	rest    where
	fresh   *where // what fresh ones must be; nil if the arms have them
	indexed int64  // none with a lower number is fresh
}

// An arm is the deliveries that have these values in the first columns of an index.
type arm struct {
	index   string
	columns []string
	values  []any
}

// The indexes of the schema.
const (
	indexReceived    = "delivery_received"
	indexProject     = "delivery_project"
	indexEvent       = "delivery_event"
	indexStatus      = "delivery_status"
	indexRedelivered = "delivery_redelivered"
	indexProvider    = "delivery_provider"
	indexID          = "sqlite_autoindex_delivery_1"
)

// A planner has what plans of a query are made of.
type planner struct {
	query             Query
	limits            limits
	project           string // "" is all
	providers, events []texts
	statuses          []interval // the status must be in one of them; nil is any
	times             interval
}

func newPlanner(s *Store, q Query) (planner, error) {
	p := planner{query: q, limits: s.limits, providers: names(q.Providers), events: names(q.Events), times: q.times()}
	if !q.AllProjects {
		p.project = s.options.Project
	}
	var err error
	if p.statuses, err = spansOf(q.Statuses); err == nil && q.Failed && p.statuses == nil {
		p.statuses = []interval{{0, 199}, {300, 999}}
	}
	return p, err
}

// plan makes the plan: of the ways that there are the one with the fewest deliveries on it.
func (p planner) plan(ctx context.Context, tx *sql.Tx) (plan, error) {
	if p.query.IDs != nil || p.query.ProviderIDs != nil {
		index := indexID
		if p.query.IDs == nil {
			index = indexProvider
		}
		rest, err := p.all()
		return plan{arms: []arm{{index: index}}, rest: rest}, err
	}
	rest, err := p.all()
	if err != nil {
		return plan{}, err
	}
	// Whatever is asked for, these have it.
	made := plan{arms: []arm{{index: indexReceived}}, rest: rest}
	if p.project != "" {
		made = plan{arms: []arm{{indexProject, []string{"project"}, []any{p.project}}}, rest: p.rest(true, true)}
	}
	var latest int64
	const state = "SELECT indexed, coalesce((SELECT max(n) FROM delivery), 0) FROM state"
	if err := tx.QueryRowContext(ctx, state).Scan(&made.indexed, &latest); err != nil {
		return plan{}, err
	}
	if latest-made.indexed > int64(p.limits.behind) {
		return made, nil // too many to look through
	}
	ways, err := p.ways(ctx, tx)
	if err != nil {
		return plan{}, err
	}
	if len(ways) == 0 {
		return made, nil
	}
	best, err := p.shortest(ctx, tx, ways)
	if latest > made.indexed {
		fresh := rest.with(where{[]string{"n > ?", "fresh = 1"}, []any{made.indexed}})
		best.fresh = &fresh
	}
	best.indexed = made.indexed
	return best, err
}

// shortest is the plan with the fewest deliveries on its arms.
func (p planner) shortest(ctx context.Context, tx *sql.Tx, ways []plan) (best plan, err error) {
	if len(ways) == 1 {
		return ways[0], nil
	}
	var within where
	within.within("received", p.times)
	fewest := p.limits.counted + 1
	for _, way := range ways {
		n, err := plan{arms: way.arms}.count(ctx, tx, within, p.limits.counted)
		if err != nil {
			return plan{}, err
		}
		if n < fewest {
			best, fewest = way, n
		}
	}
	return best, nil
}

// ways are plans of which each has one part of the query in its arms, and the others in its conditions.
func (p planner) ways(ctx context.Context, tx *sql.Tx) (ways []plan, err error) {
	if !p.query.Redelivered && p.providers == nil && p.events == nil && p.statuses == nil {
		return nil, nil
	}
	e := enumeration{ctx: ctx, tx: tx, limit: p.limits.arms}
	scopes := []string{p.project}
	if p.project == "" {
		scopes = e.texts(arm{index: indexProject}, "project", nil)
	}
	if p.query.Redelivered {
		ways = append(ways, plan{arms: p.redelivered(scopes), rest: p.rest(true, true)})
	}
	if p.providers != nil || p.events != nil {
		if arms := p.byEvent(&e, scopes); len(arms) <= p.limits.arms {
			ways = append(ways, plan{arms: arms, rest: p.rest(false, true)})
		}
	}
	if p.statuses != nil {
		if arms := p.byStatus(&e, scopes); len(arms) <= p.limits.arms {
			ways = append(ways, plan{arms: arms, rest: p.rest(true, false)})
		}
	}
	if len(scopes) > p.limits.arms {
		ways = nil
	}
	return ways, e.err
}

func (p planner) redelivered(scopes []string) (arms []arm) {
	for _, project := range scopes {
		arms = append(arms, arm{indexRedelivered, []string{"project"}, []any{project}})
	}
	return arms
}

// byEvent are the arms of providers and event types. There is one more than the limit at most: then there are too many.
func (p planner) byEvent(e *enumeration, scopes []string) (arms []arm) {
	for _, project := range scopes {
		within := arm{indexEvent, []string{"project"}, []any{project}}
		for _, provider := range e.texts(within, "provider", p.providers) {
			within := within.and("provider", provider)
			for _, event := range e.texts(within, "event", p.events) {
				if arms = append(arms, within.and("event", event)); len(arms) > p.limits.arms {
					return arms
				}
			}
		}
	}
	return arms
}

func (p planner) byStatus(e *enumeration, scopes []string) (arms []arm) {
	for _, project := range scopes {
		within := arm{indexStatus, []string{"project"}, []any{project}}
		for _, status := range e.numbers(within, "status", p.statuses) {
			if arms = append(arms, within.and("status", status)); len(arms) > p.limits.arms {
				return arms
			}
		}
	}
	return arms
}

// all are the conditions of the query, but for times and words.
func (p planner) all() (where, error) {
	w := p.rest(true, true)
	if p.project != "" {
		w.and("project = ?", p.project)
	}
	if ids := p.query.IDs; ids != nil {
		if err := w.listed("id", ids); err != nil {
			return w, err
		}
	}
	if ids := p.query.ProviderIDs; ids != nil {
		w.and("provider_id <> '' AND replay_of = ''") // as in the index
		return w, w.listed("provider_id", ids)
	}
	return w, nil
}

// rest are the conditions that no arm is made of, and those that one may be made of if they are wanted.
func (p planner) rest(events, statuses bool) (w where) {
	q := p.query
	if events {
		w.anyText("provider", p.providers)
		w.anyText("event", p.events)
	}
	if statuses {
		w.anySpan("status", p.statuses)
	}
	if q.Failed {
		w.and("outcome <> '' AND status NOT BETWEEN 200 AND 299")
	}
	if len(q.Verdicts) > 0 {
		var verdicts []texts
		for _, v := range q.Verdicts {
			verdicts = append(verdicts, texts{text: string(v)})
		}
		w.anyText("verdict", verdicts)
	}
	if q.NoReplays {
		w.and("replay_of = ''")
	}
	if q.Redelivered {
		w.and("redelivered = 1")
	}
	return w
}

// and is the arm that is a part of a: what has that value in the index's next column.
func (a arm) and(column string, value any) arm {
	return arm{a.index, append(slices.Clip(a.columns), column), append(slices.Clip(a.values), value)}
}

// where is the conditions of being on the arm.
func (a arm) where() (w where) {
	for i, column := range a.columns {
		w.and(column+" = ?", a.values[i])
	}
	switch a.index { // of which not all are in these
	case indexRedelivered:
		w.and("redelivered = 1 AND fresh = 0")
	case indexEvent, indexStatus:
		w.and("fresh = 0")
	}
	return w
}

// query selects columns of the deliveries on all arms for which more is true too.
func (p plan) query(columns string, more where) (query string, args []any) {
	var arms []string
	for _, a := range p.arms {
		w := a.where().with(p.rest).with(more)
		arms = append(arms, "SELECT "+columns+" FROM delivery INDEXED BY "+a.index+w.String())
		args = append(args, w.args...)
	}
	if p.fresh != nil {
		w := p.fresh.with(more)
		arms = append(arms, "SELECT "+columns+" FROM delivery NOT INDEXED"+w.String())
		args = append(args, w.args...)
	}
	return strings.Join(arms, " UNION ALL "), args
}

// among selects the same columns as query does of those deliveries which have one of the numbers and for which all is true.
func among(columns string, numbers []int64, all where) (query string, args []any) {
	return "SELECT " + columns + " FROM " + wantedNumbers + " CROSS JOIN delivery ON n = wanted" + all.String(),
		append([]any{jsonOf(numbers)}, all.args...)
}

// count is how many deliveries there are for which more is true too, or limit if there are more. A negative limit is none.
func (p plan) count(ctx context.Context, tx *sql.Tx, more where, limit int) (n int, err error) {
	query, args := p.query("1", more)
	if query == "" {
		return 0, nil
	}
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM ("+query+" LIMIT ?)", append(args, limit)...).Scan(&n)
	return n, err
}
