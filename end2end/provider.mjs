// An identity provider for browser tests that is not Cognito: the certified `oidc-provider`, with its own pages and
// its own habits. It keeps the claims of a person for its userinfo endpoint, and gives a refresh token only to
// whom people let in (`offline_access` with their consent).
//
//   node provider.mjs PORT TEAL
//
// TEAL is where browsers find Teal. The client's secret comes from the environment (TEAL_CLIENT_SECRET). People are
// disabled with `PUT /people/{name}/disabled` and enabled with `DELETE`, as their administrator would.

import Provider from 'oidc-provider';

const [port, teal] = process.argv.slice(2);
const secret = process.env.TEAL_CLIENT_SECRET;
if (!port || !teal || !secret) throw new Error('usage: TEAL_CLIENT_SECRET=… node provider.mjs PORT TEAL');

/** The groups of each; any password will do. Dora is there to be disabled. */
const groups = { vera: ['teal-viewer'], olga: ['staff', 'teal-operator'], dora: ['teal-operator'], nora: ['staff'] };
const disabled = new Set();

const issuer = `http://localhost:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'teal',
      client_secret: secret,
      redirect_uris: [`${teal}/sign-in/back`],
      post_logout_redirect_uris: [`${teal}/signed-out`],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
  findAccount: (_ctx, id) =>
    groups[id] && !disabled.has(id)
      ? { accountId: id, claims: () => ({ sub: id, preferred_username: id, groups: groups[id] }) }
      : undefined,
  pkce: { required: () => true },
  cookies: { keys: ['for tests only'] },
});

provider.use(async (ctx, next) => {
  const name = /^\/people\/(\w+)\/disabled$/.exec(ctx.path)?.[1];
  if (!name) return next();
  if (ctx.method === 'PUT') disabled.add(name);
  if (ctx.method === 'DELETE') disabled.delete(name);
  ctx.status = 204;
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`The provider is ready at ${issuer}`));
