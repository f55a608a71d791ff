package history

import (
	"context"
	"database/sql"
	"net/http"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// maxSearched is how much of a body is searched.
const maxSearched = 256 << 10

// A querier is a *sql.Tx or a *sql.DB.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// textColumns are what eachText reads, of delivery, request and body.
const textColumns = "delivery.n, method, path, endpoint, provider, event, provider_id, header, substr(request.body, 1, ?), " + bodyColumns

// textTables are where they stand.
const textTables = " JOIN request ON request.n = delivery.n LEFT JOIN body ON body.change = delivery.n"

// eachUnindexed calls yield with the searchable text of the deliveries that are not in the index, the oldest first, until
// there is no more, or limit were read, or yield returns false.
func (s *Store) eachUnindexed(ctx context.Context, q querier, limit int, yield func(n int64, text string) bool) error {
	const query = "SELECT " + textColumns + " FROM delivery" + textTables +
		" WHERE delivery.n > (SELECT indexed FROM state) ORDER BY delivery.n LIMIT ?"
	return s.eachText(ctx, q, query, []any{maxSearched, limit}, yield)
}

// eachOf calls yield with the searchable text of the deliveries with these numbers.
func (s *Store) eachOf(ctx context.Context, q querier, numbers []int64, yield func(n int64, text string)) error {
	const query = "SELECT " + textColumns + " FROM " + wantedNumbers + " CROSS JOIN delivery ON delivery.n = wanted" + textTables
	return s.eachText(ctx, q, query, []any{maxSearched, jsonOf(numbers)}, func(n int64, text string) bool {
		yield(n, text)
		return true
	})
}

func (s *Store) eachText(ctx context.Context, q querier, query string, args []any, yield func(n int64, text string) bool) error {
	bodies := s.bodyReader()
	defer bodies.close()
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var n int64
	var fields [6]string
	var header sql.RawBytes
	var body inspect.Capture
	var outside placed
	row := append([]any{&n, &fields[0], &fields[1], &fields[2], &fields[3], &fields[4], &fields[5], &header, &body.Bytes},
		outside.into()...)
	for rows.Next() {
		if err := rows.Scan(row...); err != nil {
			return err
		}
		bodies.fetch(&body, &outside)
		h, err := decodeHeader(header)
		if err != nil {
			return err
		}
		if !yield(n, searchText(fields[:], h, body.Bytes[:min(len(body.Bytes), maxSearched)])) {
			return nil
		}
	}
	return rows.Err()
}

func searchText(fields []string, header http.Header, body []byte) string {
	var b strings.Builder
	for _, field := range fields {
		b.WriteString(field)
		b.WriteByte('\n')
	}
	for name, values := range header {
		for _, value := range values {
			b.WriteString(name)
			b.WriteString(": ")
			b.WriteString(value)
			b.WriteByte('\n')
		}
	}
	b.Write(body)
	// NUL would end the text for the index.
	return strings.ReplaceAll(strings.ToValidUTF8(b.String(), " "), "\x00", " ")
}
