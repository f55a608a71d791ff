package history

import (
	"testing"
	"testing/synctest"
)

// While the writer waits for more to come, more than there is room for makes it go on.
func TestFullQueueWakesTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(func() {})
		put := func(n int, size int64) {
			for i := range n {
				if err := q.put(&job{what: func() string { return "" }, lazy: true, size: size}); err != nil {
					t.Errorf("job %d: %v", i, err)
				}
			}
		}
		put(busyJobs+1, 100)
		taken := make(chan int, 1)
		go func() {
			jobs, _ := q.take()
			taken <- len(jobs)
		}()
		synctest.Wait()
		put(20, maxWaitingBytes/16)
		if n := <-taken; n < busyJobs+16 {
			t.Errorf("the writer took %d jobs, want those that filled the queue too", n)
		}
	})
}
