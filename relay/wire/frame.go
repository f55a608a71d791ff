package wire

import (
	"encoding/binary"
	"fmt"
)

// Sizes of PROTOCOL.md sections 1, 2 and 5.
const (
	maxMessage    = 1 << 20 // bytes in one message
	maxPayload    = 1 << 18 // bytes in one frame
	maxData       = 1 << 16 // body bytes in one frame
	maxReason     = 256     // bytes of a RESET's text
	frameSize     = 10      // bytes of a frame's header
	minWindow     = maxData // the least credit that a hello may offer
	maxWindow     = 1 << 30 // the most that may be outstanding in one direction of a stream
	maxInforms    = 64      // INFORM frames on one stream
	DefaultWindow = 1 << 18 // the credit for each body that a side offers if it has no other wish
)

// A frameType is the first byte of a frame. PROTOCOL.md section 2 has the table.
type frameType byte

const (
	frameHello    frameType = 0x01
	frameWelcome  frameType = 0x02
	frameGoAway   frameType = 0x03
	framePing     frameType = 0x04
	framePong     frameType = 0x05
	frameRequest  frameType = 0x10
	frameResponse frameType = 0x11
	frameData     frameType = 0x12
	frameCredit   frameType = 0x13
	frameReset    frameType = 0x14
	frameTrailer  frameType = 0x15
	frameInform   frameType = 0x16
)

// flagEnd says that the sender's side of the body is complete.
const flagEnd byte = 0x01

// A frame is one frame of a message. Its payload is a part of the message's buffer.
type frame struct {
	kind    frameType
	flags   byte
	stream  uint32
	payload []byte
}

func (f frame) end() bool { return f.flags&flagEnd != 0 }

// appendHeader appends a frame's header to dst; n payload bytes must follow.
func appendHeader(dst []byte, kind frameType, flags byte, stream uint32, n int) []byte {
	dst = append(dst, byte(kind), flags)
	dst = binary.BigEndian.AppendUint32(dst, stream)
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}

// nextFrame cuts the first frame off a message. Every error is a *ProtocolError.
func nextFrame(msg []byte) (f frame, rest []byte, err error) {
	if len(msg) < frameSize {
		return frame{}, nil, protocolErrorf("a message ends within a frame's header")
	}
	n := binary.BigEndian.Uint32(msg[6:])
	if n > maxPayload {
		return frame{}, nil, protocolErrorf("a frame's payload of %d bytes is over the limit of %d", n, maxPayload)
	}
	f = frame{kind: frameType(msg[0]), flags: msg[1], stream: binary.BigEndian.Uint32(msg[2:])}
	msg = msg[frameSize:]
	if int(n) > len(msg) {
		return frame{}, nil, protocolErrorf("a message ends within a frame's payload")
	}
	f.payload = msg[:n:n]
	if err := f.check(); err != nil {
		return frame{}, nil, err
	}
	return f, msg[n:], nil
}

// check holds the frame to what its type allows, the payloads of heads and JSON aside.
func (f frame) check() error {
	switch f.kind {
	case frameHello, frameWelcome, frameGoAway, framePing, framePong:
		if f.stream != 0 {
			return protocolErrorf("frame type 0x%02x on stream %d: it speaks of the connection", byte(f.kind), f.stream)
		}
	case frameRequest, frameResponse, frameData, frameCredit, frameReset, frameTrailer, frameInform:
		if f.stream == 0 {
			return protocolErrorf("frame type 0x%02x without a stream", byte(f.kind))
		}
	default:
		return protocolErrorf("unknown frame type 0x%02x", byte(f.kind))
	}
	switch n := len(f.payload); f.kind {
	case framePing, framePong:
		if n != 8 {
			return protocolErrorf("a heartbeat of %d bytes, not 8", n)
		}
	case frameData:
		if n > maxData || n == 0 && !f.end() {
			return protocolErrorf("a DATA frame of %d bytes", n)
		}
	case frameCredit:
		if n != 4 {
			return protocolErrorf("a CREDIT frame of %d bytes, not 4", n)
		}
		if c := binary.BigEndian.Uint32(f.payload); c == 0 || c > 1<<31-1 {
			return protocolErrorf("a credit of %d bytes", c)
		}
	case frameReset:
		if n < 1 || n > 1+maxReason {
			return protocolErrorf("a RESET frame of %d bytes", n)
		}
	case frameTrailer:
		if !f.end() {
			return protocolErrorf("a TRAILER frame without END")
		}
	}
	return nil
}

// A ProtocolError says what the peer did that PROTOCOL.md doesn't allow. It ends the session.
type ProtocolError struct{ What string }

func (e *ProtocolError) Error() string { return "tunnel protocol: " + e.What }

func protocolErrorf(format string, args ...any) error {
	return &ProtocolError{What: fmt.Sprintf(format, args...)}
}
