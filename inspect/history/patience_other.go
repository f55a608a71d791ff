//go:build !linux

package history

func patience() {}
