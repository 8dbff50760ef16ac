# From .proto to C.  All generated files lie below ${AEGIS_GEN}, laid out as the
# proto files are, so that "aegis/tenant/v1/tenant.pb-c.h" is the include.

find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_GEN_C protoc-gen-c REQUIRED)
set(AEGIS_GEN ${CMAKE_BINARY_DIR}/gen)
file(MAKE_DIRECTORY ${AEGIS_GEN})
set(AEGIS_PROTO_PATH -I${CMAKE_SOURCE_DIR}/proto -I/usr/include)
set(AEGIS_MANIFEST_DIR ${CMAKE_SOURCE_DIR}/proto/manifest)
file(GLOB AEGIS_MANIFEST CONFIGURE_DEPENDS ${AEGIS_MANIFEST_DIR}/*.txt)

# aegis_pb_library(NAME PROTOS a.proto ... [LINKS ...]): messages by protobuf-c,
# as target aegis_proto_<NAME>.  Paths are relative to proto/ or to /usr/include,
# or to ROOT when given (a contract of the tests).
function(aegis_pb_library name)
	cmake_parse_arguments(P "" "ROOT" "PROTOS;LINKS" ${ARGN})
	set(outputs)
	foreach(proto ${P_PROTOS})
		string(REGEX REPLACE "\\.proto$" ".pb-c" stem ${proto})
		if(P_ROOT)
			set(source ${P_ROOT}/${proto})
			set(root -I${P_ROOT})
		elseif(EXISTS ${CMAKE_SOURCE_DIR}/proto/${proto})
			set(source ${CMAKE_SOURCE_DIR}/proto/${proto})
		else()
			set(source /usr/include/${proto})
		endif()
		add_custom_command(
			OUTPUT ${AEGIS_GEN}/${stem}.c ${AEGIS_GEN}/${stem}.h
			COMMAND ${PROTOC} --plugin=protoc-gen-c=${PROTOC_GEN_C} ${AEGIS_PROTO_PATH} ${root}
				--c_out=${AEGIS_GEN} ${source}
			DEPENDS ${source}
			COMMENT "protoc-c ${proto}"
			VERBATIM)
		list(APPEND outputs ${AEGIS_GEN}/${stem}.c ${AEGIS_GEN}/${stem}.h)
	endforeach()
	add_library(aegis_proto_${name} STATIC ${outputs})
	aegis_generated(aegis_proto_${name})
	target_include_directories(aegis_proto_${name} SYSTEM PUBLIC ${AEGIS_GEN})
	target_link_libraries(aegis_proto_${name} PUBLIC protobuf-c ${P_LINKS})
endfunction()

# aegis_tables(NAME PROTO a.proto): what protoc-gen-aegis makes of a file whose
# messages are already aegis_proto_<NAME>.  The tables join that target; with a
# service in the file (SERVICE) there are two more:
#   aegis_proto_<NAME>_client   typed calls, for daemons
#   aegis_proto_<NAME>_server   the handler table, for the daemon itself
function(aegis_tables name)
	cmake_parse_arguments(P "SERVICE" "PROTO;ROOT" "" ${ARGN})
	set(source ${CMAKE_SOURCE_DIR}/proto/${P_PROTO})
	set(manifest manifest=${AEGIS_MANIFEST_DIR}:)
	if(P_ROOT)
		set(source ${P_ROOT}/${P_PROTO})
		set(root -I${P_ROOT})
		set(manifest)
	endif()
	string(REGEX REPLACE "\\.proto$" "" stem ${P_PROTO})
	set(outputs ${AEGIS_GEN}/${stem}.aegis.h ${AEGIS_GEN}/${stem}.aegis.c)
	if(P_SERVICE)
		list(APPEND outputs ${AEGIS_GEN}/${stem}.client.c ${AEGIS_GEN}/${stem}.server.c)
	endif()
	add_custom_command(
		OUTPUT ${outputs}
		COMMAND ${PROTOC} --plugin=protoc-gen-aegis=$<TARGET_FILE:protoc-gen-aegis> ${AEGIS_PROTO_PATH} ${root}
			--aegis_out=${manifest}${AEGIS_GEN} ${source}
		DEPENDS protoc-gen-aegis ${source}
			${CMAKE_SOURCE_DIR}/proto/aegis/options/v1/options.proto ${AEGIS_MANIFEST}
		COMMENT "protoc-gen-aegis ${P_PROTO}"
		VERBATIM)
	target_sources(aegis_proto_${name} PRIVATE ${AEGIS_GEN}/${stem}.aegis.c ${AEGIS_GEN}/${stem}.aegis.h)
	target_link_libraries(aegis_proto_${name} PUBLIC aegis_contract)
	if(P_SERVICE)
		foreach(part client server)
			# Built for whoever links it: the client needs the service runtime.
			add_library(aegis_proto_${name}_${part} STATIC EXCLUDE_FROM_ALL ${AEGIS_GEN}/${stem}.${part}.c)
			aegis_generated(aegis_proto_${name}_${part})
			target_link_libraries(aegis_proto_${name}_${part} PUBLIC aegis_proto_${name})
		endforeach()
		target_link_libraries(aegis_proto_${name}_client PUBLIC $<TARGET_NAME_IF_EXISTS:aegis_svc>)
	endif()
endfunction()

# aegis_gateway_tables(TARGET DAEMONS ...): what is made of all services together.
#   <TARGET>               routes and openapi.json, for the gateway
#   aegis_proto_manifest   permissions and roles as tables, for everybody
#   aegis_proto_actions    who may say which audited action, for every daemon
# Beside them in ${AEGIS_GEN}/gateway: openapi.json, reference.md.
function(aegis_gateway_tables target)
	cmake_parse_arguments(P "" "" "DAEMONS" ${ARGN})
	set(protos ${CMAKE_SOURCE_DIR}/proto/aegis/event/v1/event.proto)
	set(links)
	foreach(daemon ${P_DAEMONS})
		list(APPEND protos ${CMAKE_SOURCE_DIR}/proto/aegis/${daemon}/v1/${daemon}.proto)
		list(APPEND links aegis_proto_${daemon})
	endforeach()
	set(dir ${AEGIS_GEN}/gateway)
	file(MAKE_DIRECTORY ${dir})
	add_custom_command(
		OUTPUT ${dir}/routes.c ${dir}/openapi.c ${dir}/openapi.json ${dir}/manifest.c ${dir}/actions.c ${dir}/reference.md
		COMMAND ${PROTOC} --plugin=protoc-gen-aegis=$<TARGET_FILE:protoc-gen-aegis> ${AEGIS_PROTO_PATH}
			--aegis_out=gateway,manifest=${AEGIS_MANIFEST_DIR}:${AEGIS_GEN} ${protos}
		DEPENDS protoc-gen-aegis ${protos} ${AEGIS_MANIFEST}
			${CMAKE_SOURCE_DIR}/proto/aegis/options/v1/options.proto
		COMMENT "protoc-gen-aegis: routes, openapi.json, manifest"
		VERBATIM)
	add_library(${target} STATIC ${dir}/routes.c ${dir}/openapi.c)
	aegis_generated(${target})
	target_link_libraries(${target} PUBLIC ${links})
	# The targets need one command's files: the others wait for the first.
	add_library(aegis_proto_manifest STATIC ${dir}/manifest.c ${CMAKE_SOURCE_DIR}/libcommon/contract/manifest.c)
	add_dependencies(aegis_proto_manifest ${target})
	aegis_generated(aegis_proto_manifest)
	target_link_libraries(aegis_proto_manifest PUBLIC aegis_base)
	add_library(aegis_proto_actions STATIC ${dir}/actions.c)
	add_dependencies(aegis_proto_actions ${target})
	aegis_generated(aegis_proto_actions)
	target_include_directories(aegis_proto_actions PRIVATE ${CMAKE_SOURCE_DIR}/libcommon)
endfunction()

# aegis_all_services(DAEMONS ...): the services of these daemons in one table, target aegis_all_services, include
# "contract/services.h"; for what looks at the whole contract.
function(aegis_all_services)
	cmake_parse_arguments(P "" "" "DAEMONS" ${ARGN})
	set(includes "")
	set(rows "")
	set(libraries "")
	foreach(daemon ${P_DAEMONS})
		string(APPEND includes "#include \"aegis/${daemon}/v1/${daemon}.aegis.h\"\n")
		string(APPEND rows "\t&${daemon}_service,\n")
		list(APPEND libraries aegis_proto_${daemon})
	endforeach()
	list(LENGTH P_DAEMONS n)
	file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/all_services.c CONTENT "/* Written by deploy/cmake/aegis_proto.cmake. */
#include \"contract/services.h\"

${includes}
const struct rpc_service *const all_services[] = {
${rows}};
const size_t n_all_services = ${n};
")
	add_library(aegis_all_services STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/all_services.c)
	aegis_generated(aegis_all_services)
	target_link_libraries(aegis_all_services PUBLIC ${libraries})
endfunction()
