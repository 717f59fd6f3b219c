/**
 * Sign-up: an account, a mail with a link to confirm the address, and patience.
 *
 * It shows an awakeable: a promise that the link completes, from outside, whenever that is. The handler waits for a day
 * without costing anything, reminds, waits for two more, and gives up. Every mail is sent under an idempotency key, so
 * that a crash right after it was sent does not send it again.
 *
 *   npm run example sign-up
 *
 *   curl localhost:8080/SignUp/register/send --json '{"email": "pete@example.com", "name": "Pete"}'
 *   # the terminal shows the mail and the id in it; confirm:
 *   curl localhost:8080/restate/awakeables/<id>/resolve --json '"clicked"'
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, mail, type Receipt } from "../outside/ask.js";

const SignUp = z.object({ email: z.email(), name: z.string().min(1) });
type Outcome = { account: string; confirmed: boolean };

export const signUp = pawl.service({
  name: "SignUp",
  handlers: {
    register: pawl.handlers.handler(
      { input: pawl.serde.schema(SignUp) },
      async (ctx: pawl.Context, { email, name }): Promise<Outcome> => {
        const id = ctx.request().id;
        const { receipt: account } = await ctx.run("create the account", () =>
          accounts.create({ email, name }, `${id}/create`),
        );

        const { id: link, promise: clicked } = ctx.awakeable<string>();
        const write = (subject: string, text: string) =>
          ctx.run(subject, () => mail.send({ to: email, subject, text }, `${id}/${subject}`));

        await write("Confirm your address", `Hello ${name}, please confirm: ${link}`);
        let confirmed = await isDone(clicked.orTimeout({ days: 1 }));
        if (!confirmed) {
          await write("Still there?", `Hello ${name}, the link waits for two more days: ${link}`);
          confirmed = await isDone(clicked.orTimeout({ days: 2 }));
        }

        if (confirmed) await write("Welcome", `Hello ${name}, good to have you.`);
        else await ctx.run("remove the account", () => accounts.remove(account, `${id}/remove`));
        return { account, confirmed };
      },
    ),
  },
});

async function isDone(promise: Promise<unknown>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch (error) {
    if (error instanceof pawl.TimeoutError) return false;
    throw error;
  }
}

const accounts = {
  create: (person: z.infer<typeof SignUp>, idempotencyKey: string): Promise<Receipt> =>
    ask("accounts/create", person, { idempotencyKey }),
  remove: (account: string, idempotencyKey: string): Promise<Receipt> =>
    ask("accounts/remove", { account }, { idempotencyKey }),
};
