# aegis_service(NAME [ROOT dir] [LINKS ...]): the daemon in this folder: its handlers in
# rpc/*.c, its ideas in *.c, its statements in sql/queries.sql.  The code without
# main.c is target aegis_<NAME>_code, so that tests run it in process.  Its contract is
# aegis/<NAME>/v1/<NAME>.proto below proto/, or below ROOT.
include(aegis_queries)
function(aegis_service name)
	cmake_parse_arguments(S "" "ROOT" "LINKS" ${ARGN})
	set(queries aegis_fill_${name})
	aegis_queries(${name} FILE sql/queries.sql PROTO aegis/${name}/v1/${name}.proto ROOT ${S_ROOT})
	# Statements over all tenants, for jobs (svc.h, platform_queries).
	if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/sql/platform.sql)
		aegis_queries(${name}_platform FILE sql/platform.sql)
		list(APPEND queries aegis_queries_${name}_platform)
	endif()
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/rpc/*.c)
	list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/main.c)
	add_library(aegis_${name}_code STATIC ${sources})
	get_filename_component(parent ${CMAKE_CURRENT_SOURCE_DIR} DIRECTORY)
	target_include_directories(aegis_${name}_code PUBLIC ${parent})
	target_link_libraries(aegis_${name}_code PRIVATE aegis_flags
		PUBLIC aegis_proto_${name}_server aegis_proto_${name} aegis_proto_event ${queries} aegis_svc ${S_LINKS})
	# The handler table and the handlers need each other.
	target_link_libraries(aegis_proto_${name}_server PUBLIC aegis_${name}_code)
	add_executable(aegis-${name} main.c)
	target_link_libraries(aegis-${name} PRIVATE aegis_flags aegis_${name}_code)
endfunction()
