import { absolutePath, duration, lines, secret, text } from '@ops/shared';

/** Inputs of every action that reaches hosts: where, as whom. */
export const hostInputs = {
  hosts: { description: 'One host a line: user@host[:port] or local, then optional name=, path=, roles=web,worker,migrate', schema: lines(), required: true, list: true, rule: 'one host a line', example: 'deploy@app1.example.com roles=web,migrate' },
  'ssh-key': { description: 'Private SSH key of the deploy user, without passphrase', schema: secret(), secret: true, rule: 'a private key in PEM or OpenSSH format', example: '${{ secrets.DEPLOY_KEY }}' },
  'known-hosts': { description: 'Host keys as known_hosts lines; there is no trust on first use', schema: text(), rule: 'lines of a known_hosts file', example: 'app1.example.com ssh-ed25519 AAAA…' },
  bastion: { description: 'Jump hosts as user@host[:port], several separated by commas', schema: text(), rule: 'user@host[:port]', example: 'jump@bastion.example.com' },
  'connect-timeout': { description: 'Limit for opening one SSH connection', schema: duration(), default: '10s', rule: 'a duration', example: '10s' },
  path: { description: 'Absolute app dir on the host; path= on a line of hosts wins', schema: absolutePath(), rule: 'an absolute path', example: '/var/www/app' },
} as const;
