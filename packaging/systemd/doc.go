// Package systemd holds the tests of the unit that the deb and rpm packages install.
package systemd
