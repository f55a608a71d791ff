package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
)

// SQLite gives a damaged database up at the first page that is not as it should be, and a file whose beginning is lost as a
// whole. So what is left in one is read here as it lies there: https://www.sqlite.org/fileformat2.html. Nothing is written.

const sqliteMagic = "SQLite format 3\x00"

// A damagedFile gives the pages of a database that may be damaged, as they are after what its log has was done.
type damagedFile struct {
	file  *os.File
	log   *os.File         // nil if there is none
	at    map[uint32]int64 // where in the log the newest content of a page is
	count uint32           // of pages
	size  int              // of each
}

var errPage = errors.New("a page that can't be read")

func openDamaged(path string) (*damagedFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &damagedFile{file: file, size: pageSize}
	head := make([]byte, 100)
	if _, err := file.ReadAt(head, 0); err == nil && string(head[:16]) == sqliteMagic {
		if n := int(binary.BigEndian.Uint16(head[16:])); n >= 512 && n&(n-1) == 0 {
			f.size = n
		}
	}
	info, err := file.Stat()
	if err != nil {
		f.close()
		return nil, err
	}
	f.count = uint32(min((info.Size()+int64(f.size)-1)/int64(f.size), 1<<31))
	if f.log, err = os.Open(path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.close()
		return nil, err
	}
	if f.log != nil {
		f.readLog()
	}
	return f, nil
}

func (f *damagedFile) close() {
	f.file.Close()
	if f.log != nil {
		f.log.Close()
	}
}

// readLog finds the pages of all transactions that the log has as a whole, up to the first frame that is damaged.
func (f *damagedFile) readLog() {
	head := make([]byte, 32)
	if _, err := f.log.ReadAt(head, 0); err != nil {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch binary.BigEndian.Uint32(head) {
	case 0x377f0682:
	case 0x377f0683:
		order = binary.BigEndian
	default:
		return
	}
	if int(binary.BigEndian.Uint32(head[8:])) != f.size {
		return
	}
	sum := [2]uint32{}
	if sum = logSum(order, sum, head[:24]); sum != [2]uint32{binary.BigEndian.Uint32(head[24:]), binary.BigEndian.Uint32(head[28:])} {
		return
	}
	done, open := make(map[uint32]int64), make(map[uint32]int64)
	frame := make([]byte, 24+f.size)
	for at := int64(32); ; at += int64(len(frame)) {
		if _, err := f.log.ReadAt(frame, at); err != nil || !bytes.Equal(frame[8:16], head[16:24]) {
			break
		}
		sum = logSum(order, sum, frame[:8])
		if sum = logSum(order, sum, frame[24:]); sum != [2]uint32{binary.BigEndian.Uint32(frame[16:]), binary.BigEndian.Uint32(frame[20:])} {
			break
		}
		open[binary.BigEndian.Uint32(frame)] = at + 24
		if count := binary.BigEndian.Uint32(frame[4:]); count > 0 { // the last one of a transaction
			for page, place := range open {
				done[page] = place
			}
			clear(open)
			f.count = max(f.count, count)
		}
	}
	f.at = done
}

func logSum(order binary.ByteOrder, sum [2]uint32, b []byte) [2]uint32 {
	for ; len(b) >= 8; b = b[8:] {
		sum[0] += order.Uint32(b) + sum[1]
		sum[1] += order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

// page is the page with that number, from 1.
func (f *damagedFile) page(number uint32) ([]byte, error) {
	if number == 0 || number > f.count {
		return nil, errPage
	}
	b := make([]byte, f.size)
	file, at := f.file, int64(number-1)*int64(f.size)
	if place, ok := f.at[number]; ok {
		file, at = f.log, place
	}
	if _, err := file.ReadAt(b, at); err != nil { // cut off, too: whatever is missing would read as zeros
		return nil, errPage
	}
	return b, nil
}

// unused are the pages of the list of unused ones, as far as it can be read: what they hold was deleted.
func (f *damagedFile) unused() map[uint32]bool {
	all := make(map[uint32]bool)
	first, err := f.page(1)
	if err != nil || string(first[:16]) != sqliteMagic {
		return all
	}
	for next := binary.BigEndian.Uint32(first[32:]); next != 0 && !all[next]; {
		trunk, err := f.page(next)
		if err != nil {
			return all
		}
		all[next] = true
		count := min(int(binary.BigEndian.Uint32(trunk[4:])), f.size/4-2)
		for i := range count {
			all[binary.BigEndian.Uint32(trunk[8+4*i:])] = true
		}
		next = binary.BigEndian.Uint32(trunk)
	}
	return all
}
