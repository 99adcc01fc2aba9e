package kombo

// Each type with an Extra has the same two methods; they cannot be shared,
// since an embedded type with them would hide the fields beside it.

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f TagRemoteFields) MarshalJSON() ([]byte, error) {
	type plain TagRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *TagRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain TagRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f AttachmentRemoteFields) MarshalJSON() ([]byte, error) {
	type plain AttachmentRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *AttachmentRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain AttachmentRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f ResultLinkRemoteFields) MarshalJSON() ([]byte, error) {
	type plain ResultLinkRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *ResultLinkRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain ResultLinkRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f NoteRemoteFields) MarshalJSON() ([]byte, error) {
	type plain NoteRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *NoteRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain NoteRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f MoveRemoteFields) MarshalJSON() ([]byte, error) {
	type plain MoveRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *MoveRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain MoveRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f RejectRemoteFields) MarshalJSON() ([]byte, error) {
	type plain RejectRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *RejectRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain RejectRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}

// MarshalJSON writes the fields under their wire names with Extra laid over.
func (f CreateRemoteFields) MarshalJSON() ([]byte, error) {
	type plain CreateRemoteFields
	return overlay(plain(f), f.Extra)
}

// UnmarshalJSON keeps what the fields do not hold in Extra.
func (f *CreateRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain CreateRemoteFields
	f.Extra, err = underlay(data, (*plain)(f))
	return err
}
