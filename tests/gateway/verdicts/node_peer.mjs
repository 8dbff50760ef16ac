// Node's own server: reads the whole body, answers 200; ends when its input does.
import http from "node:http";

const server = http.createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => {
    response.setHeader("Content-Length", "2");
    response.end("ok");
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
