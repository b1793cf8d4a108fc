export * from './session.ts';
export { parseHosts, parseLogin, type HostsResult, type Login } from './hosts.ts';
export { prepareSsh, keyscanLine, type SshAccess } from './ssh.ts';
export { openSession, type SessionOptions } from './open-session.ts';
export { parseHolder } from './lock-holder.ts';
export { localTarget, type RemoteStream, type StreamExit, type StreamRequest, type StreamTarget } from './stream.ts';
export { openStream, type StreamDeps } from './stream-open.ts';
export { hostInputs } from './inputs.ts';
