-- What the attempts of one consumer are counted by: each session alone, or what StartSession names.
ALTER TABLE program.program ADD COLUMN attempts_by text NOT NULL DEFAULT 'session';
ALTER TABLE program.program ADD CONSTRAINT program_attempts_by_check CHECK (attempts_by IN ('session', 'email', 'reference'));

-- A program is found by its id as well as by its public id.
CREATE UNIQUE INDEX directory_program_key ON program.directory (program_id);
