/*
 * The same echo in gRPC C++: a callback server and a client that keeps k calls
 * in flight on a completion queue, over a unix socket, in two processes.
 *
 *   grpc_echo DIR SECONDS IN_FLIGHT...
 */
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "echo.grpc.pb.h"

using Clock = std::chrono::steady_clock;

namespace {

class Echo final : public peer::EchoService::CallbackService {
	grpc::ServerUnaryReactor *EchoBytes(grpc::CallbackServerContext *context,
					    const peer::EchoBytesMessage *request,
					    peer::EchoBytesMessage *reply) override
	{
		grpc::ServerUnaryReactor *reactor = context->DefaultReactor();

		reply->set_payload(request->payload());
		reactor->Finish(grpc::Status::OK);
		return reactor;
	}
};

[[noreturn]] void serve(const std::string &address)
{
	Echo service;
	grpc::ServerBuilder builder;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	builder.AddListeningPort(address, grpc::InsecureServerCredentials());
	builder.RegisterService(&service);
	builder.BuildAndStart()->Wait();
	_exit(EXIT_FAILURE);
}

struct Flight {
	std::unique_ptr<grpc::ClientContext> context;
	std::unique_ptr<grpc::ClientAsyncResponseReader<peer::EchoBytesMessage>> reader;
	peer::EchoBytesMessage reply;
	grpc::Status status;
	Clock::time_point sent_at;
};

void send(peer::EchoService::Stub *stub, grpc::CompletionQueue *queue, Flight *flight)
{
	static const peer::EchoBytesMessage request = [] {
		peer::EchoBytesMessage message;

		message.set_payload(std::string(200, 'x'));
		return message;
	}();

	flight->context = std::make_unique<grpc::ClientContext>();
	flight->context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
	flight->sent_at = Clock::now();
	flight->reader = stub->AsyncEchoBytes(flight->context.get(), request, queue);
	flight->reader->Finish(&flight->reply, &flight->status, flight);
}

double cpu_seconds(clockid_t clock)
{
	timespec t{};

	clock_gettime(clock, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void measure(peer::EchoService::Stub *stub, pid_t server, size_t in_flight, int seconds)
{
	grpc::CompletionQueue queue;
	std::vector<Flight> flights(in_flight);
	std::vector<unsigned> micros;
	clockid_t clock;
	size_t failed = 0, running = in_flight;
	void *tag;
	bool ok;

	if (clock_getcpuclockid(server, &clock) != 0)
		exit(EXIT_FAILURE);
	double ours = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID), theirs = cpu_seconds(clock);
	const auto start = Clock::now(), end = start + std::chrono::seconds(seconds);

	for (Flight &flight : flights)
		send(stub, &queue, &flight);
	while (running > 0 && queue.Next(&tag, &ok)) {
		auto *flight = static_cast<Flight *>(tag);
		const auto now = Clock::now();

		failed += !flight->status.ok();
		micros.push_back(static_cast<unsigned>(
			std::chrono::duration_cast<std::chrono::microseconds>(now - flight->sent_at).count()));
		if (now < end)
			send(stub, &queue, flight);
		else
			running--;
	}
	const double took = std::chrono::duration<double>(Clock::now() - start).count();
	const double done = static_cast<double>(micros.size());

	ours = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - ours;
	theirs = cpu_seconds(clock) - theirs;
	std::sort(micros.begin(), micros.end());
	printf("{\"case\":\"grpc\",\"in_flight\":%zu,\"per_s\":%.0f,\"p50_us\":%u,\"p99_us\":%u,"
	       "\"failed\":%zu,\"client_us\":%.1f,\"server_us\":%.1f}\n",
	       in_flight, done / took, micros[micros.size() / 2], micros[micros.size() * 99 / 100],
	       failed, ours * 1e6 / done, theirs * 1e6 / done);
	fflush(stdout);
	queue.Shutdown();
	while (queue.Next(&tag, &ok))
		;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: grpc_echo DIR SECONDS IN_FLIGHT...\n");
		return 2;
	}
	const std::string path = std::string(argv[1]) + "/grpc-" + std::to_string(getpid()) + ".sock";
	const pid_t server = fork();

	if (server == 0)
		serve("unix:" + path);
	{
		auto channel = grpc::CreateChannel("unix:" + path, grpc::InsecureChannelCredentials());
		auto stub = peer::EchoService::NewStub(channel);

		if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)))
			return 1;
		for (int i = 3; i < argc; i++)
			measure(stub.get(), server, std::strtoul(argv[i], nullptr, 10), atoi(argv[2]));
	}
	kill(server, SIGKILL);
	waitpid(server, nullptr, 0);
	unlink(path.c_str());
	return 0;
}
