// Status checks from Node: the loop that a careful user writes with the `fetch` that is built in, which keeps its connections.
import { readFileSync } from "node:fs";

const WARM_UP = 50;
const TOKEN = "9f2c1d7a.a-token-as-long-as-a-real-one.5b0e4c68a1d94f3f8a7c2e6d";

const [url, threads, millis, folder] = process.argv.slice(2);
const tasks = Number(threads);
const payments = readFileSync(`${folder}/payments`, "utf8").trim().split("\n");
let over = false;

async function check(payment) {
    const answer = await fetch(`${url}/v1/status/collection/${payment}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
        redirect: "manual",
        signal: AbortSignal.timeout(30_000),
    });
    const told = await answer.json();
    const same = told.reference_id === payment && Number(told.payer_amount) === 250 && told.payer_currency === "USD";
    if (answer.status !== 200 || !same || !["PENDING", "PROCESSING"].includes(told.status)) {
        throw new Error(JSON.stringify(told));
    }
}

async function one(n, atMost) {
    let done = 0;
    for (let at = Math.floor((n * payments.length) / tasks); done < atMost && !over; at += 1, done += 1) {
        await check(payments[at % payments.length]);
    }
    return done;
}

const all = (atMost) => Promise.all(Array.from({ length: tasks }, (_, n) => one(n, atMost)));

await all(WARM_UP);
const [began, cpu] = [performance.now(), process.cpuUsage()];
setTimeout(() => {
    over = true;
}, Number(millis));
const checks = (await all(Infinity)).reduce((sum, done) => sum + done, 0);
const spent = process.cpuUsage(cpu);
const seconds = (performance.now() - began) / 1e3;
console.log(JSON.stringify({ checks, seconds, cpu: (spent.user + spent.system) / 1e6, version: process.version }));
process.exit(0);
