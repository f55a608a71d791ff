// Package export writes deliveries in forms that other tools and people take, and reads them back.
package export
