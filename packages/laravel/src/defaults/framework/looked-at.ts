/** The release whose facts the proof `config` holds against the framework itself. Of those between 11 and it only what the upgrade guides say is sure. */
export const LOOKED_AT = '13.31.0';
