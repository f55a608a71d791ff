package wire

// What the peer says on a stream. None of this blocks on the connection.

func (st *Stream) receiveBody(p []byte, end bool) error {
	st.mu.Lock()
	switch {
	case st.err != nil:
		st.mu.Unlock()
		return nil
	case st.response == nil && st.s.cfg.Accept == nil:
		st.mu.Unlock()
		return protocolErrorf("body bytes before the RESPONSE of stream %d", st.id)
	case st.inEnded:
		st.mu.Unlock()
		return protocolErrorf("body bytes behind the END of stream %d", st.id)
	case int64(len(p)) > st.allowed:
		beyond := int64(len(p)) - st.allowed
		st.mu.Unlock()
		return protocolErrorf("stream %d was sent %d bytes beyond its credit", st.id, beyond)
	}
	st.allowed -= int64(len(p))
	if st.inAt > 0 && len(st.in)+len(p) > cap(st.in) { // make room before growing
		st.in, st.inAt = st.in[:copy(st.in, st.in[st.inAt:])], 0
	}
	st.in = append(st.in, p...)
	st.inEnded = end
	over := end && st.outEnded
	st.mu.Unlock()
	if over {
		st.s.forget(st)
	}
	notify(st.arrived)
	return nil
}

func (st *Stream) receiveResponse(f frame) error {
	if st.s.cfg.Accept != nil {
		return protocolErrorf("a RESPONSE from the relay")
	}
	encoded, first, err := splitHead(f.payload)
	if err != nil {
		return err
	}
	head, err := parseResponseHead(encoded)
	if err != nil {
		return err
	}
	st.mu.Lock()
	again := st.response != nil
	if st.err == nil {
		st.response = head
	}
	st.mu.Unlock()
	if again {
		return protocolErrorf("a second RESPONSE on stream %d", st.id)
	}
	return st.receiveBody(first, f.end())
}

func (st *Stream) receiveInform(payload []byte) error {
	if st.s.cfg.Accept != nil {
		return protocolErrorf("an INFORM from the relay")
	}
	head, err := parseInform(payload)
	if err != nil {
		return err
	}
	st.mu.Lock()
	late := st.response != nil
	st.informed++
	many := st.informed > maxInforms
	if st.err == nil {
		st.informs = append(st.informs, head)
	}
	st.mu.Unlock()
	switch {
	case late:
		return protocolErrorf("an INFORM behind the RESPONSE on stream %d", st.id)
	case many:
		return protocolErrorf("more than %d INFORM on stream %d", maxInforms, st.id)
	}
	notify(st.arrived)
	return nil
}

func (st *Stream) receiveTrailer(payload []byte) error {
	trailer, err := parseTrailer(payload)
	if err != nil {
		return err
	}
	st.mu.Lock()
	if !st.inEnded {
		st.trailer = trailer
	}
	st.mu.Unlock()
	return st.receiveBody(nil, true)
}

func (st *Stream) receiveCredit(n int64) error {
	st.mu.Lock()
	st.credit += n
	over := st.credit > maxWindow
	st.mu.Unlock()
	if over {
		return protocolErrorf("stream %d was given more than %d bytes of credit", st.id, maxWindow)
	}
	notify(st.room)
	return nil
}

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
