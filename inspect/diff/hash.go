package diff

import (
	"bytes"
	"hash/maphash"
)

// seed makes hashes that nobody can foresee, so that none can make bodies that collide.
var seed = maphash.MakeSeed()

// hash is the same for values that mean the same: the order of keys, white space and the spelling of numbers don't count.
// What lies deeper than depth levels counts as it is written.
func hash(value []byte, depth int) uint64 {
	h, _ := hashAt(value, 0, depth)
	return h
}

// hashAt is the hash of the value that begins at i, and where it ends.
func hashAt(b []byte, i, depth int) (h uint64, end int) {
	kind := kindOf(b[i:])
	if (kind == anObject || kind == anArray) && depth == 0 {
		end = valueEnd(b, i)
		return maphash.Bytes(seed, b[i:end]), end
	}
	switch kind {
	case anObject:
		return hashObject(b, i, depth)
	case anArray:
		h = mix(uint64(anArray))
		for i++; ; {
			if i = skip(b, i); b[i] == ']' {
				return h, i + 1
			}
			var one uint64
			one, i = hashAt(b, i, depth-1)
			h = mix(h ^ one)
			if i = skip(b, i); b[i] == ',' {
				i++
			}
		}
	case aText:
		end = stringEnd(b, i)
		return mix(hashText(b[i:end]) + uint64(aText)), end
	case aNumber:
		end = valueEnd(b, i)
		d := decimalOf(b[i:end])
		h = maphash.Bytes(seed, d.digits) + mix(uint64(d.exponent))
		if d.negative {
			h = ^h
		}
		return mix(h + uint64(aNumber)), end
	}
	end = valueEnd(b, i)
	return maphash.Bytes(seed, b[i:end]), end
}

// hashObject adds its members up, so that their order makes no difference.
func hashObject(b []byte, i, depth int) (h uint64, end int) {
	h = uint64(anObject)
	for i++; ; {
		if i = skip(b, i); b[i] == '}' {
			return mix(h), i + 1
		}
		end = stringEnd(b, i)
		key := hashText(b[i:end])
		var one uint64
		one, i = hashAt(b, skip(b, skip(b, end)+1), depth-1)
		h += mix(key*31 + one)
		if i = skip(b, i); b[i] == ',' {
			i++
		}
	}
}

// mix spreads the bits of x over all of the result (the last step of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashText is the hash of what a JSON string says.
func hashText(quoted []byte) uint64 {
	if inside := quoted[1 : len(quoted)-1]; bytes.IndexByte(inside, '\\') < 0 {
		return maphash.Bytes(seed, inside)
	}
	return maphash.String(seed, text(quoted))
}
