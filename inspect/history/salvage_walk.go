package history

import (
	"context"
	"encoding/binary"
	"slices"
)

// index finds the rows of all tables: first as SQLite does, from each table's first page on; then, where a page on that way
// is damaged, among all pages that nobody leads to.
func (s *salvage) index(ctx context.Context) error {
	s.rows, s.attempts, s.passed = make(map[string]map[int64]rowAt), make(map[int64][]rowAt), make(map[uint32]bool)
	roots := s.roots()
	for table := range s.shapes {
		s.rows[table] = make(map[int64]rowAt)
		if root := roots[table]; root > 1 {
			s.walk(table, root, allRows(), 0)
		} else {
			s.unread[table] = append(s.unread[table], allRows())
		}
	}
	if len(s.unread) == 0 {
		return nil
	}
	unused := s.file.unused()
	for page := uint32(2); page <= s.file.count; page++ {
		if page%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !s.passed[page] && !unused[page] {
			s.adopt(page)
		}
	}
	return nil
}

// roots are the first pages of the tables, as far as they can be read.
func (s *salvage) roots() map[string]uint32 {
	all := make(map[string]uint32)
	pages := []uint32{1}
	for i := 0; i < len(pages) && i < 100; i++ {
		page, err := s.file.page(pages[i])
		if err != nil {
			continue
		}
		if pages[i] == 1 && string(page[:16]) != sqliteMagic {
			return all
		}
		_, inner := cellsOf(page, pages[i], innerPage)
		for _, offset := range inner {
			pages = append(pages, binary.BigEndian.Uint32(page[offset:]))
		}
		if header := pageHeader(pages[i]); page[header] == innerPage {
			pages = append(pages, binary.BigEndian.Uint32(page[header+8:]))
		}
		_, leaf := cellsOf(page, pages[i], leafPage)
		for _, offset := range leaf {
			c, ok := readCell(page, offset)
			if !ok {
				continue
			}
			values, _ := decodeValues(c.local)
			if len(values) < 4 || values[0] != "table" {
				continue
			}
			name, _ := values[1].(string)
			root, _ := values[3].(int64)
			all[name] = uint32(root)
		}
	}
	return all
}

// maxDepth is deeper than any table is.
const maxDepth = 20

// walk finds the rows below a page.
func (s *salvage) walk(table string, number uint32, below reach, depth int) {
	page, err := s.file.page(number)
	if err != nil || depth > maxDepth || s.passed[number] {
		s.unread[table] = append(s.unread[table], below)
		return
	}
	header := pageHeader(number)
	switch page[header] {
	case leafPage:
		if _, offsets := cellsOf(page, number, leafPage); offsets != nil {
			s.passed[number] = true
			s.note(page, offsets, number, func(c cell, values []value, columns int) string {
				if below.holds(c.id) && s.shapes[table].fits(values, columns) {
					return table
				}
				return ""
			})
			return
		}
	case innerPage:
		if children, ok := childrenOf(page, number, below); ok {
			s.passed[number] = true
			for _, child := range children {
				s.walk(table, child.page, child.reach, depth+1)
			}
			return
		}
	}
	s.unread[table] = append(s.unread[table], below)
}

// A lower is a page below another.
type lower struct {
	page uint32
	reach
}

// childrenOf are a page's, in the order of their rows; false if that order is wrong.
func childrenOf(page []byte, number uint32, below reach) (all []lower, ok bool) {
	header, offsets := cellsOf(page, number, innerPage)
	if offsets == nil {
		return nil, false
	}
	low := below.low
	for _, offset := range offsets {
		if offset+4 > len(page) {
			return nil, false
		}
		key, w := varint(page[offset+4:])
		if w == 0 || key <= low || key > below.high {
			return nil, false
		}
		all = append(all, lower{binary.BigEndian.Uint32(page[offset:]), reach{low, key}})
		low = key
	}
	return append(all, lower{binary.BigEndian.Uint32(page[header+8:]), reach{low, below.high}}), true
}

// adopt finds rows that were not reached on a page that nobody leads to.
func (s *salvage) adopt(number uint32) {
	page, err := s.file.page(number)
	if err != nil {
		return
	}
	_, offsets := cellsOf(page, number, leafPage)
	s.note(page, offsets, number, func(c cell, values []value, columns int) string {
		for table, unread := range s.unread {
			if s.shapes[table].fits(values, columns) && slices.ContainsFunc(unread, func(r reach) bool { return r.holds(c.id) }) {
				return table
			}
		}
		return ""
	})
}

// note notes the rows of a leaf. which names the table that one is of, "" for none.
func (s *salvage) note(page []byte, offsets []int, number uint32, which func(c cell, values []value, columns int) string) {
	for i, offset := range offsets {
		c, ok := readCell(page, offset)
		if !ok {
			continue
		}
		values, columns := decodeValues(c.local)
		table := which(c, values, columns)
		if table == "" {
			continue
		}
		at := rowAt{number, i}
		if _, known := s.rows[table][c.id]; known {
			continue
		}
		s.rows[table][c.id] = at
		if table == "attempt" && len(values) > 1 {
			n, _ := values[1].(int64)
			s.attempts[n] = append(s.attempts[n], at)
		}
	}
}

// pageHeader is where a page's own header begins.
func pageHeader(number uint32) int {
	if number == 1 {
		return 100
	}
	return 0
}
