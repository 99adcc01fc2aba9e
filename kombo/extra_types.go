package kombo

// Each type with an Extra has the same two methods. They cannot be shared by
// embedding, because a promoted MarshalJSON would encode the embedded type alone.

// MarshalJSON encodes the fields with Extra merged into them.
func (f TagRemoteFields) MarshalJSON() ([]byte, error) {
	type plain TagRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *TagRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain TagRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f AttachmentRemoteFields) MarshalJSON() ([]byte, error) {
	type plain AttachmentRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *AttachmentRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain AttachmentRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f ResultLinkRemoteFields) MarshalJSON() ([]byte, error) {
	type plain ResultLinkRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *ResultLinkRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain ResultLinkRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f NoteRemoteFields) MarshalJSON() ([]byte, error) {
	type plain NoteRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *NoteRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain NoteRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f MoveRemoteFields) MarshalJSON() ([]byte, error) {
	type plain MoveRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *MoveRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain MoveRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f RejectRemoteFields) MarshalJSON() ([]byte, error) {
	type plain RejectRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *RejectRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain RejectRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}

// MarshalJSON encodes the fields with Extra merged into them.
func (f CreateRemoteFields) MarshalJSON() ([]byte, error) {
	type plain CreateRemoteFields
	return marshalWithExtra(plain(f), f.Extra)
}

// UnmarshalJSON stores in Extra what the fields cannot hold.
func (f *CreateRemoteFields) UnmarshalJSON(data []byte) (err error) {
	type plain CreateRemoteFields
	f.Extra, err = unmarshalWithExtra(data, (*plain)(f))
	return err
}
