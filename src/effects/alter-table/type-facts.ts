// Written by scripts/generate-type-facts.ts from servers of the majors 15, 16, 17, 18. Do not change by hand.
// One fact a line; `>=17` and `<=16` say which majors it holds for, without them all.

/** Source, target, method (b: binary coercible, f: function, i: by the text form), context (i: implicit, a: assignment, e: explicit). */
export const CASTS = `
bit bit f i
bit int4 f e
bit int8 f e
bit varbit b i
bool bpchar f a
bool int4 f e
bool text f a
bool varchar f a
box circle f e
box lseg f e
box point f e
box polygon f a
bpchar bpchar f i
bpchar char f a
bpchar name f i
bpchar text f i
bpchar varchar f i
bpchar xml f e
bytea int2 f e >=18
bytea int4 f e >=18
bytea int8 f e >=18
char bpchar f a
char int4 f e
char text f i
char varchar f a
cidr bpchar f a
cidr inet b i
cidr text f a
cidr varchar f a
circle box f e
circle point f e
circle polygon f e
date timestamp f i
date timestamptz f i
daterange datemultirange f e
float4 float8 f i
float4 int2 f a
float4 int4 f a
float4 int8 f a
float4 numeric f a
float8 float4 f a
float8 int2 f a
float8 int4 f a
float8 int8 f a
float8 numeric f a
inet bpchar f a
inet cidr f a
inet text f a
inet varchar f a
int2 bytea f e >=18
int2 float4 f i
int2 float8 f i
int2 int4 f i
int2 int8 f i
int2 numeric f i
int2 oid f i
int2 regclass f i
int2 regcollation f i
int2 regconfig f i
int2 regdictionary f i
int2 regnamespace f i
int2 regoper f i
int2 regoperator f i
int2 regproc f i
int2 regprocedure f i
int2 regrole f i
int2 regtype f i
int4 bit f e
int4 bool f e
int4 bytea f e >=18
int4 char f e
int4 float4 f i
int4 float8 f i
int4 int2 f a
int4 int8 f i
int4 money f a
int4 numeric f i
int4 oid b i
int4 regclass b i
int4 regcollation b i
int4 regconfig b i
int4 regdictionary b i
int4 regnamespace b i
int4 regoper b i
int4 regoperator b i
int4 regproc b i
int4 regprocedure b i
int4 regrole b i
int4 regtype b i
int4range int4multirange f e
int8 bit f e
int8 bytea f e >=18
int8 float4 f i
int8 float8 f i
int8 int2 f a
int8 int4 f a
int8 money f a
int8 numeric f i
int8 oid f i
int8 regclass f i
int8 regcollation f i
int8 regconfig f i
int8 regdictionary f i
int8 regnamespace f i
int8 regoper f i
int8 regoperator f i
int8 regproc f i
int8 regprocedure f i
int8 regrole f i
int8 regtype f i
int8range int8multirange f e
interval interval f i
interval time f a
json jsonb i a
jsonb bool f e
jsonb float4 f e
jsonb float8 f e
jsonb int2 f e
jsonb int4 f e
jsonb int8 f e
jsonb json i a
jsonb numeric f e
lseg point f e
macaddr macaddr8 f i
macaddr8 macaddr f i
money numeric f a
name bpchar f a
name text f i
name varchar f a
numeric float4 f i
numeric float8 f i
numeric int2 f a
numeric int4 f a
numeric int8 f a
numeric money f a
numeric numeric f i
numrange nummultirange f e
oid int4 b a
oid int8 f a
oid regclass b i
oid regcollation b i
oid regconfig b i
oid regdictionary b i
oid regnamespace b i
oid regoper b i
oid regoperator b i
oid regproc b i
oid regprocedure b i
oid regrole b i
oid regtype b i
path polygon f a
pg_dependencies bytea b i
pg_dependencies text i i
pg_mcv_list bytea b i
pg_mcv_list text i i
pg_ndistinct bytea b i
pg_ndistinct text i i
pg_node_tree text b i
point box f a
polygon box f e
polygon circle f e
polygon path f a
polygon point f e
regclass int4 b a
regclass int8 f a
regclass oid b i
regcollation int4 b a
regcollation int8 f a
regcollation oid b i
regconfig int4 b a
regconfig int8 f a
regconfig oid b i
regdictionary int4 b a
regdictionary int8 f a
regdictionary oid b i
regnamespace int4 b a
regnamespace int8 f a
regnamespace oid b i
regoper int4 b a
regoper int8 f a
regoper oid b i
regoper regoperator b i
regoperator int4 b a
regoperator int8 f a
regoperator oid b i
regoperator regoper b i
regproc int4 b a
regproc int8 f a
regproc oid b i
regproc regprocedure b i
regprocedure int4 b a
regprocedure int8 f a
regprocedure oid b i
regprocedure regproc b i
regrole int4 b a
regrole int8 f a
regrole oid b i
regtype int4 b a
regtype int8 f a
regtype oid b i
text bpchar b i
text char f a
text name f i
text regclass f i
text varchar b i
text xml f e
time interval f i
time time f i
time timetz f i
timestamp date f a
timestamp time f a
timestamp timestamp f i
timestamp timestamptz f i
timestamptz date f a
timestamptz time f a
timestamptz timestamp f a
timestamptz timestamptz f i
timestamptz timetz f a
timetz time f a
timetz timetz f i
tsrange tsmultirange f e
tstzrange tstzmultirange f e
varbit bit b i
varbit varbit f i
varchar bpchar b i
varchar char f a
varchar name f i
varchar regclass f i
varchar text b i
varchar varchar f i
varchar xml f e
xid8 xid f e
xml bpchar b a
xml text b a
xml varchar b a
`;

/** Access method, type, the operator class that an index gets when none is written. */
export const DEFAULT_OPERATOR_CLASSES = `
brin bit bit_minmax_ops
brin box box_inclusion_ops
brin bpchar bpchar_minmax_ops
brin bytea bytea_minmax_ops
brin char char_minmax_ops
brin cidr inet_inclusion_ops
brin date date_minmax_ops
brin float4 float4_minmax_ops
brin float8 float8_minmax_ops
brin inet inet_inclusion_ops
brin int2 int2_minmax_ops
brin int4 int4_minmax_ops
brin int8 int8_minmax_ops
brin interval interval_minmax_ops
brin macaddr macaddr_minmax_ops
brin macaddr8 macaddr8_minmax_ops
brin name name_minmax_ops
brin numeric numeric_minmax_ops
brin oid oid_minmax_ops
brin pg_dependencies bytea_minmax_ops
brin pg_lsn pg_lsn_minmax_ops
brin pg_mcv_list bytea_minmax_ops
brin pg_ndistinct bytea_minmax_ops
brin pg_node_tree text_minmax_ops
brin regclass oid_minmax_ops
brin regcollation oid_minmax_ops
brin regconfig oid_minmax_ops
brin regdictionary oid_minmax_ops
brin regnamespace oid_minmax_ops
brin regoper oid_minmax_ops
brin regoperator oid_minmax_ops
brin regproc oid_minmax_ops
brin regprocedure oid_minmax_ops
brin regrole oid_minmax_ops
brin regtype oid_minmax_ops
brin text text_minmax_ops
brin tid tid_minmax_ops
brin time time_minmax_ops
brin timestamp timestamp_minmax_ops
brin timestamptz timestamptz_minmax_ops
brin timetz timetz_minmax_ops
brin uuid uuid_minmax_ops
brin varbit varbit_minmax_ops
brin varchar text_minmax_ops
btree bit bit_ops
btree bool bool_ops
btree bpchar bpchar_ops
btree bytea bytea_ops
btree char char_ops
btree cidr inet_ops
btree date date_ops
btree float4 float4_ops
btree float8 float8_ops
btree inet inet_ops
btree int2 int2_ops
btree int4 int4_ops
btree int8 int8_ops
btree interval interval_ops
btree jsonb jsonb_ops
btree macaddr macaddr_ops
btree macaddr8 macaddr8_ops
btree money money_ops
btree name name_ops
btree numeric numeric_ops
btree oid oid_ops
btree pg_dependencies bytea_ops
btree pg_lsn pg_lsn_ops
btree pg_mcv_list bytea_ops
btree pg_ndistinct bytea_ops
btree pg_node_tree text_ops
btree regclass oid_ops
btree regcollation oid_ops
btree regconfig oid_ops
btree regdictionary oid_ops
btree regnamespace oid_ops
btree regoper oid_ops
btree regoperator oid_ops
btree regproc oid_ops
btree regprocedure oid_ops
btree regrole oid_ops
btree regtype oid_ops
btree text text_ops
btree tid tid_ops
btree time time_ops
btree timestamp timestamp_ops
btree timestamptz timestamptz_ops
btree timetz timetz_ops
btree tsquery tsquery_ops
btree tsvector tsvector_ops
btree uuid uuid_ops
btree varbit varbit_ops
btree varchar text_ops
btree xid8 xid8_ops
gin jsonb jsonb_ops
gin tsvector tsvector_ops
gist box box_ops
gist circle circle_ops
gist point point_ops
gist polygon poly_ops
gist tsquery tsquery_ops
gist tsvector tsvector_ops
hash aclitem aclitem_ops
hash bool bool_ops
hash bpchar bpchar_ops
hash bytea bytea_ops
hash char char_ops
hash cid cid_ops
hash cidr inet_ops
hash date date_ops
hash float4 float4_ops
hash float8 float8_ops
hash inet inet_ops
hash int2 int2_ops
hash int4 int4_ops
hash int8 int8_ops
hash interval interval_ops
hash jsonb jsonb_ops
hash macaddr macaddr_ops
hash macaddr8 macaddr8_ops
hash name name_ops
hash numeric numeric_ops
hash oid oid_ops
hash pg_dependencies bytea_ops
hash pg_lsn pg_lsn_ops
hash pg_mcv_list bytea_ops
hash pg_ndistinct bytea_ops
hash pg_node_tree text_ops
hash regclass oid_ops
hash regcollation oid_ops
hash regconfig oid_ops
hash regdictionary oid_ops
hash regnamespace oid_ops
hash regoper oid_ops
hash regoperator oid_ops
hash regproc oid_ops
hash regprocedure oid_ops
hash regrole oid_ops
hash regtype oid_ops
hash text text_ops
hash tid tid_ops
hash time time_ops
hash timestamp timestamp_ops
hash timestamptz timestamptz_ops
hash timetz timetz_ops
hash uuid uuid_ops
hash varchar text_ops
hash xid xid_ops
hash xid8 xid8_ops
spgist box box_ops
spgist cidr inet_ops
spgist inet inet_ops
spgist pg_node_tree text_ops
spgist point quad_point_ops
spgist polygon poly_ops
spgist text text_ops
spgist varchar text_ops
`;

/** Functions of the server's own that are volatile: all of that name, or some of them. */
export const VOLATILE_FUNCTIONS = `
amvalidate all
array_sample all >=16
array_shuffle all >=16
bernoulli all
binary_upgrade_logical_slot_has_caught_up all >=17
brin_summarize_new_values all
brin_summarize_range all
brinhandler all
bthandler all
clock_timestamp all
current_query all
currtid2 all
currval all
cursor_to_xml all
cursor_to_xmlschema all
gen_random_uuid all
gin_clean_pending_list all
ginhandler all
gisthandler all
hashhandler all
heap_tableam_handler all
lastval all
lo_close all
lo_creat all
lo_create all
lo_export all
lo_from_bytea all
lo_get all
lo_import all
lo_lseek all
lo_lseek64 all
lo_open all
lo_tell all
lo_tell64 all
lo_truncate all
lo_truncate64 all
lo_unlink all
loread all
lowrite all
nextval all
pg_advisory_unlock all
pg_advisory_unlock_shared all
pg_backup_start all
pg_backup_stop all
pg_blocking_pids all
pg_cancel_backend all
pg_collation_actual_version all
pg_control_checkpoint all
pg_control_init all
pg_control_recovery all
pg_control_system all
pg_copy_logical_replication_slot all
pg_copy_physical_replication_slot all
pg_create_logical_replication_slot all
pg_create_physical_replication_slot all
pg_create_restore_point all
pg_current_logfile all
pg_current_wal_flush_lsn all
pg_current_wal_insert_lsn all
pg_current_wal_lsn all
pg_database_collation_actual_version all
pg_database_size all
pg_export_snapshot all
pg_get_sequence_data all >=18
pg_get_wal_replay_pause_state all
pg_get_wal_summarizer_state all >=17
pg_import_system_collations all
pg_indexes_size all
pg_is_in_recovery all
pg_is_wal_replay_paused all
pg_isolation_test_session_is_blocked all
pg_jit_available all
pg_last_committed_xact all
pg_last_wal_receive_lsn all
pg_last_wal_replay_lsn all
pg_last_xact_replay_timestamp all
pg_log_backend_memory_contexts all
pg_log_standby_snapshot all >=16
pg_logical_emit_message all
pg_nextoid all
pg_notification_queue_usage all
pg_promote all
pg_read_binary_file all
pg_read_file all
pg_read_file_old all <=16
pg_relation_size all
pg_reload_conf all
pg_replication_origin_create all
pg_replication_origin_progress all
pg_replication_origin_session_is_setup all
pg_replication_origin_session_progress all
pg_replication_slot_advance all
pg_restore_attribute_stats all >=18
pg_restore_relation_stats all >=18
pg_rotate_logfile all
pg_rotate_logfile_old all <=16
pg_safe_snapshot_blocking_pids all
pg_sequence_last_value all
pg_stat_file all
pg_stat_get_backend_wal all >=18
pg_stat_get_xact_blocks_fetched all
pg_stat_get_xact_blocks_hit all
pg_stat_get_xact_function_calls all
pg_stat_get_xact_function_self_time all
pg_stat_get_xact_function_total_time all
pg_stat_get_xact_numscans all
pg_stat_get_xact_tuples_deleted all
pg_stat_get_xact_tuples_fetched all
pg_stat_get_xact_tuples_hot_updated all
pg_stat_get_xact_tuples_inserted all
pg_stat_get_xact_tuples_newpage_updated all >=16
pg_stat_get_xact_tuples_returned all
pg_stat_get_xact_tuples_updated all
pg_stat_have_stats all
pg_switch_wal all
pg_table_size all
pg_tablespace_size all
pg_terminate_backend all
pg_total_relation_size all
pg_try_advisory_lock all
pg_try_advisory_lock_shared all
pg_try_advisory_xact_lock all
pg_try_advisory_xact_lock_shared all
pg_xact_commit_timestamp all
pg_xact_commit_timestamp_origin all
pg_xact_status all
query_to_xml all
query_to_xml_and_xmlschema all
query_to_xmlschema all
random all
random_normal all >=16
set_config all
setval all
spghandler all
system all
timeofday all
ts_rewrite some
txid_status all
uuidv4 all >=18
uuidv7 all >=18
`;

/** Functions of the server's own that are not volatile, without those behind operators. */
export const STEADY_FUNCTIONS = `
abbrev
abs
acldefault
aclexplode
acos
acosd
acosh
age
any_value_transfn >=16
anyarray_send
anycompatiblearray_send
area
array_dims
array_fill
array_larger
array_length
array_lower
array_ndims
array_position
array_positions
array_remove
array_replace
array_reverse >=18
array_send
array_smaller
array_sort >=18
array_to_json
array_to_string
array_to_tsvector
array_upper
ascii
asin
asind
asinh
atan
atan2
atan2d
atand
atanh
bit
bit_count
bit_length
bit_send
bittypmodin
bool
booland_statefunc
boolor_statefunc
boolsend
box
box_send
bpchar
bpchar_larger
bpchar_smaller
bpcharsend
bpchartypmodin
brin_bloom_summary_send
brin_minmax_multi_summary_send
broadcast
btrim
bytea >=18
bytea_larger >=18
bytea_smaller >=18
byteasend
cardinality
casefold >=18
cash_send
cash_words
cashlarger
cashsmaller
cbrt
ceil
ceiling
center
char
char_length
character_length
charsend
chr
cidr
cidr_send
cidsend
circle
circle_send
col_description
concat
concat_ws
convert
convert_from
convert_to
cos
cosd
cosh
cot
cotd
crc32 >=18
crc32c >=18
cume_dist
current_database
current_schema
current_schemas
current_setting
current_user
database_to_xml
database_to_xml_and_xmlschema
database_to_xmlschema
date
date_add >=16
date_bin
date_larger
date_part
date_send
date_smaller
date_subtract >=16
date_trunc
datemultirange
daterange
daterange_canonical
daterange_subdiff
decode
degrees
dense_rank
dexp
diagonal
diameter
div
dlog1
dlog10
dround
dtrunc
encode
enum_first
enum_larger
enum_last
enum_range
enum_send
enum_smaller
erf >=16
erfc >=16
exp
extract
factorial
family
first_value
float4
float4_accum
float4larger
float4send
float4smaller
float8
float8_accum
float8_avg
float8_combine
float8_corr
float8_covar_pop
float8_covar_samp
float8_regr_accum
float8_regr_avgx
float8_regr_avgy
float8_regr_combine
float8_regr_intercept
float8_regr_r2
float8_regr_slope
float8_regr_sxx
float8_regr_sxy
float8_regr_syy
float8_stddev_pop
float8_stddev_samp
float8_var_pop
float8_var_samp
float8larger
float8send
float8smaller
floor
fmgr_c_validator
fmgr_internal_validator
fmgr_sql_validator
format
format_type
gamma >=18
gcd
generate_series
generate_subscripts
get_bit
get_byte
get_current_ts_config
getdatabaseencoding
getpgusername
has_any_column_privilege
has_column_privilege
has_database_privilege
has_foreign_data_wrapper_privilege
has_function_privilege
has_language_privilege
has_largeobject_privilege >=18
has_parameter_privilege
has_schema_privilege
has_sequence_privilege
has_server_privilege
has_table_privilege
has_tablespace_privilege
has_type_privilege
height
host
hostmask
icu_unicode_version >=17
inet_client_addr
inet_client_port
inet_send
inet_server_addr
inet_server_port
initcap
int2
int2_avg_accum
int2_avg_accum_inv
int2_sum
int2int4_sum
int2larger
int2send
int2smaller
int2vectorsend
int4
int4_avg_accum
int4_avg_accum_inv
int4_avg_combine
int4_sum
int4inc
int4larger
int4multirange
int4range
int4range_canonical
int4range_subdiff
int4send
int4smaller
int8
int8_avg
int8_sum
int8dec
int8dec_any
int8inc
int8inc_any
int8inc_float8_float8
int8larger
int8multirange
int8range
int8range_canonical
int8range_subdiff
int8send
int8smaller
interval
interval_accum <=16
interval_accum_inv <=16
interval_avg <=16
interval_combine <=16
interval_larger
interval_send
interval_smaller
intervaltypmodin
is_normalized
isclosed
isempty
isfinite
ishorizontal
isopen
isparallel
isperp
isvertical
json_array_elements
json_array_elements_text
json_array_length
json_build_array
json_build_object
json_each
json_each_text
json_object
json_object_keys
json_populate_record
json_populate_recordset
json_send
json_strip_nulls
json_to_record
json_to_recordset
json_to_tsvector
json_typeof
jsonb_array_elements
jsonb_array_elements_text
jsonb_array_length
jsonb_build_array
jsonb_build_object
jsonb_each
jsonb_each_text
jsonb_insert
jsonb_object
jsonb_object_keys
jsonb_path_exists
jsonb_path_exists_tz
jsonb_path_match
jsonb_path_match_tz
jsonb_path_query
jsonb_path_query_array
jsonb_path_query_array_tz
jsonb_path_query_first
jsonb_path_query_first_tz
jsonb_path_query_tz
jsonb_populate_record
jsonb_populate_record_valid >=17
jsonb_populate_recordset
jsonb_pretty
jsonb_send
jsonb_set
jsonb_set_lax
jsonb_strip_nulls
jsonb_to_record
jsonb_to_recordset
jsonb_to_tsvector
jsonb_typeof
jsonpath_send
justify_days
justify_hours
justify_interval
lag
last_value
lcm
lead
left
length
lgamma >=18
like
like_escape
line
line_send
ln
log
log10
lower
lower_inc
lower_inf
lpad
lseg
lseg_send
ltrim
macaddr
macaddr8
macaddr8_send
macaddr8_set7bit
macaddr_send
make_date
make_interval
make_time
make_timestamp
make_timestamptz
makeaclitem
masklen
md5
min_scale
mod
money
multirange
multirange_intersect_agg_transfn
multirange_send
mxid_age
name
nameconcatoid
namesend
netmask
network
network_larger
network_smaller
normalize
notlike
now
npoints
nth_value
ntile
num_nonnulls
num_nulls
numeric
numeric_div_trunc
numeric_exp
numeric_inc
numeric_larger
numeric_ln
numeric_log
numeric_send
numeric_smaller
numeric_sqrt
numerictypmodin
nummultirange
numnode
numrange
numrange_subdiff
obj_description
octet_length
oid
oidlarger
oidsend
oidsmaller
oidvectorsend
oidvectortypes
overlaps
overlay
parse_ident
path
path_send
pclose
percent_rank
pg_available_extension_versions
pg_available_extensions
pg_backend_pid
pg_basetype >=17
pg_char_to_encoding
pg_client_encoding
pg_collation_for
pg_collation_is_visible
pg_column_compression
pg_column_is_updatable
pg_column_size
pg_column_toast_chunk_id >=17
pg_conf_load_time
pg_config
pg_conversion_is_visible
pg_current_snapshot
pg_current_xact_id
pg_current_xact_id_if_assigned
pg_cursor
pg_ddl_command_send
pg_dependencies_send
pg_describe_object
pg_encoding_max_length
pg_encoding_to_char
pg_event_trigger_ddl_commands
pg_event_trigger_dropped_objects
pg_event_trigger_table_rewrite_oid
pg_event_trigger_table_rewrite_reason
pg_extension_update_paths
pg_filenode_relation
pg_function_is_visible
pg_get_acl >=18
pg_get_catalog_foreign_keys
pg_get_constraintdef
pg_get_expr
pg_get_function_arg_default
pg_get_function_arguments
pg_get_function_identity_arguments
pg_get_function_result
pg_get_function_sqlbody
pg_get_functiondef
pg_get_indexdef
pg_get_keywords
pg_get_object_address
pg_get_partition_constraintdef
pg_get_partkeydef
pg_get_publication_tables
pg_get_replica_identity_index
pg_get_replication_slots
pg_get_ruledef
pg_get_serial_sequence
pg_get_statisticsobjdef
pg_get_statisticsobjdef_columns
pg_get_statisticsobjdef_expressions
pg_get_triggerdef
pg_get_userbyid
pg_get_viewdef
pg_has_role
pg_identify_object
pg_identify_object_as_address
pg_index_column_has_property
pg_index_has_property
pg_indexam_has_property
pg_indexam_progress_phasename
pg_input_error_info >=16
pg_input_is_valid >=16
pg_is_other_temp_schema
pg_listening_channels
pg_lsn
pg_lsn_larger
pg_lsn_send
pg_lsn_smaller
pg_mcv_list_items
pg_mcv_list_send
pg_my_temp_schema
pg_ndistinct_send
pg_node_tree_send
pg_numa_available >=18
pg_opclass_is_visible
pg_operator_is_visible
pg_opfamily_is_visible
pg_options_to_table
pg_partition_root
pg_postmaster_start_time
pg_prepared_statement
pg_relation_filenode
pg_relation_filepath
pg_relation_is_publishable
pg_relation_is_updatable
pg_replication_origin_oid
pg_sequence_parameters
pg_settings_get_flags
pg_show_all_settings
pg_size_bytes
pg_size_pretty
pg_snapshot_send
pg_snapshot_xip
pg_snapshot_xmax
pg_snapshot_xmin
pg_split_walfile_name >=16
pg_statistics_obj_is_visible
pg_table_is_visible
pg_tablespace_databases
pg_tablespace_location
pg_timezone_abbrevs <=17
pg_timezone_abbrevs_abbrevs >=18
pg_timezone_abbrevs_zone >=18
pg_timezone_names
pg_trigger_depth
pg_ts_config_is_visible
pg_ts_dict_is_visible
pg_ts_parser_is_visible
pg_ts_template_is_visible
pg_type_is_visible
pg_typeof
pg_visible_in_snapshot
pg_wal_lsn_diff
pg_walfile_name
pg_walfile_name_offset
phraseto_tsquery
pi
plainto_tsquery
point
point_send
poly_send
polygon
popen
position
postgresql_fdw_validator
pow
power
querytree
quote_ident
quote_literal
quote_nullable
radians
radius
range_intersect_agg_transfn
range_merge
range_send
rank
record_larger >=18
record_send
record_smaller >=18
regclass
regclasssend
regcollationsend
regconfigsend
regdictionarysend
regexp_count
regexp_instr
regexp_like
regexp_match
regexp_matches
regexp_replace
regexp_split_to_array
regexp_split_to_table
regexp_substr
regnamespacesend
regoperatorsend
regopersend
regproceduresend
regprocsend
regrolesend
regtypesend
repeat
replace
reverse
right
round
row_number
row_security_active
row_to_json
rpad
rtrim
satisfies_hash_partition
scale
schema_to_xml
schema_to_xml_and_xmlschema
schema_to_xmlschema
session_user
set_bit
set_byte
set_masklen
setweight
sha224
sha256
sha384
sha512
shobj_description
sign
similar_escape
similar_to_escape
sin
sind
sinh
slope
split_part
sqrt
statement_timestamp
string_to_array
string_to_table
strip
strpos
substr
substring
system_user >=16
table_to_xml
table_to_xml_and_xmlschema
table_to_xmlschema
tan
tand
tanh
text
text_larger
text_smaller
textlen
textsend
tidlarger
tidsend
tidsmaller
time
time_larger
time_send
time_smaller
timestamp
timestamp_larger
timestamp_send
timestamp_smaller
timestamptypmodin
timestamptz
timestamptz_larger
timestamptz_send
timestamptz_smaller
timestamptztypmodin
timetypmodin
timetz
timetz_larger
timetz_send
timetz_smaller
timetztypmodin
timezone
to_ascii
to_bin >=17
to_char
to_date
to_hex
to_json
to_jsonb
to_number
to_oct >=17
to_regclass
to_regcollation
to_regnamespace
to_regoper
to_regoperator
to_regproc
to_regprocedure
to_regrole
to_regtype
to_regtypemod >=17
to_timestamp
to_tsquery
to_tsvector
transaction_timestamp
translate
trim_array
trim_scale
trunc
ts_debug
ts_delete
ts_filter
ts_headline
ts_lexize
ts_parse
ts_rank
ts_rank_cd
ts_token_type
tsmultirange
tsquery_phrase
tsquerysend
tsrange
tsrange_subdiff
tstzmultirange
tstzrange
tstzrange_subdiff
tsvector_to_array
tsvectorsend
txid_current
txid_current_if_assigned
txid_current_snapshot
txid_snapshot_send
txid_snapshot_xip
txid_snapshot_xmax
txid_snapshot_xmin
txid_visible_in_snapshot
unicode_assigned >=17
unicode_version >=17
unistr
unknownsend
unnest
upper
upper_inc
upper_inf
uuid_extract_timestamp >=17
uuid_extract_version >=17
uuid_send
varbit
varbit_send
varbittypmodin
varchar
varcharsend
varchartypmodin
version
void_send
websearch_to_tsquery
width
width_bucket
xid
xid8_larger
xid8_smaller
xid8send
xidsend
xml
xml_is_well_formed
xml_is_well_formed_content
xml_is_well_formed_document
xml_send
xmlcomment
xmlconcat2
xmlexists
xmltext >=17
xmlvalidate
xpath
xpath_exists
`;
