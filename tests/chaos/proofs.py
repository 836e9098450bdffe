"""Tests that prove each fault of the list, so that nobody has to search. `test_proofs` checks the names."""

PROOFS: dict[str, tuple[str, tuple[str, ...]]] = {
    "F1": (
        "an event is committed, and not acknowledged",
        (
            "chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",
            "slack/test_repeats::test_an_event_that_could_not_be_kept_is_not_acknowledged_and_taken_in_when_it_comes_again",
        ),
    ),
    "F2": (
        "acknowledged, and not handled yet",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F3": (
        "during a call of the model",
        ("chaos/test_crashes::test_a_crash_in_the_midst_of_the_models_answer_costs_one_call",),
    ),
    "F4": (
        "an answer that is not committed",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F5": (
        "committed, and not posted",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F6": (
        "posted, and its ts not saved",
        (
            "chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",
            "chaos/test_naive::test_a_sender_that_looks_for_no_message_posts_a_card_twice",
        ),
    ),
    "F7": (
        "decided, before the effect",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F8": (
        "the effect is done, its receipt not saved",
        (
            "chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",
            "chaos/test_naive::test_a_worker_that_knows_no_doubt_has_an_effect_twice",
            "integration/bot/worker/test_replicas::test_what_a_killed_process_held_is_taken_over_and_no_finished_step_is_repeated",
        ),
    ),
    "F9": (
        "the effect is recorded, the card not updated",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F10": (
        "in the midst of the audit",
        ("chaos/test_crashes::test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in",),
    ),
    "F11": (
        "crashes during recovery",
        (
            "chaos/test_crashes::test_ten_processes_that_end_while_they_recover_lose_nothing",
            "chaos/test_poison::test_a_case_that_ends_its_worker_is_set_aside_and_its_neighbours_finish",
        ),
    ),
    "F12": (
        "SIGTERM with fifty cases in flight",
        (
            "chaos/test_killing::test_a_process_that_is_told_to_end_finishes_what_it_began_or_hands_it_over",
            "slack/test_serving::test_serve_finishes_what_it_began_when_it_is_told_to_stop",
        ),
    ),
    "F14": (
        "429 with Retry-After",
        (
            "chaos/test_slack::test_a_call_that_goes_wrong_leaves_each_message_standing_once",
            "chaos/test_slack::test_a_channel_that_has_to_wait_holds_up_no_other",
        ),
    ),
    "F15": (
        "ok: false, ratelimited",
        ("chaos/test_slack::test_a_call_that_goes_wrong_leaves_each_message_standing_once",),
    ),
    "F16": (
        "an error before execution",
        ("chaos/test_slack::test_a_call_that_goes_wrong_leaves_each_message_standing_once",),
    ),
    "F17": (
        "executed, then the connection drops",
        (
            "chaos/test_slack::test_a_call_that_goes_wrong_leaves_each_message_standing_once",
            "chaos/test_slack::test_a_sender_with_the_sdks_own_retries_is_not_what_we_have",
        ),
    ),
    "F18": (
        "an event twice",
        (
            "chaos/test_slack::test_payloads_that_come_twice_or_over_a_new_socket_are_heard_once",
            "slack/test_repeats::test_an_event_that_comes_again_is_taken_in_once",
        ),
    ),
    "F19": (
        "the first attempt of an event was lost",
        (
            "slack/test_repeats::test_an_event_that_could_not_be_kept_is_not_acknowledged_and_taken_in_when_it_comes_again",
        ),
    ),
    "F20": (
        "a double click",
        (
            "slack/test_conflicts::test_a_double_click_decides_once",
            "slack/test_repeats::test_a_press_that_arrives_twice_decides_once_and_nobody_is_told_that_it_came_too_late",
            "chaos/test_slack::test_payloads_that_come_twice_or_over_a_new_socket_are_heard_once",
        ),
    ),
    "F21": (
        "two reviewers at once",
        (
            "slack/test_conflicts::test_of_two_reviewers_one_wins_and_the_other_is_told_who",
            "integration/engine/review/test_races::test_of_twenty_decisions_at_once_one_counts",
        ),
    ),
    "F22": (
        "approve after a rerun",
        ("slack/test_conflicts::test_approve_on_a_card_whose_case_was_rerun_is_refused_and_the_card_drawn_anew",),
    ),
    "F23": (
        "an edit of an older version",
        (
            "slack/test_conflicts::test_an_edit_of_a_version_that_was_superseded_is_refused_and_what_was_typed_handed_back",
        ),
    ),
    "F24": (
        "an invalid edit",
        (
            "integration/bot/cli/test_decisions::test_an_edit_that_does_not_fit_the_form_is_refused_by_field_and_changes_nothing",
            "unit/handlers/test_inputs::test_each_complaint_stands_at_an_input_of_the_form",
        ),
    ),
    "F25": (
        "a deleted card",
        (
            "slack/test_sender::test_a_card_that_somebody_deleted_is_posted_again",
            "chaos/test_slack::test_a_card_that_somebody_deleted_stands_there_again_once",
        ),
    ),
    "F26": (
        "the channel is archived, or the bot removed",
        (
            "slack/test_sender::test_a_channel_that_refuses_us_is_told_in_the_failures_channel_and_keeps_its_cards",
            "chaos/test_slack::test_a_channel_that_refuses_us_is_told_and_gets_all_once_it_is_back",
        ),
    ),
    "F27": (
        "an assignee who is gone",
        (
            "integration/engine/review/test_assignments::test_who_left_is_replaced_and_the_deadline_stays",
            "slack/test_assignments::test_an_assignee_whose_account_is_gone_is_replaced_and_the_deadline_stays",
            "slack/test_assignments::test_who_left_the_group_is_replaced_by_the_least_busy",
        ),
    ),
    "F28": (
        "a reviewer leaves the group",
        (
            "slack/test_conflicts::test_whoever_leaves_the_group_between_seeing_and_pressing_may_no_longer_decide",
            "slack/test_reminders::test_members_of_a_group_who_decided_lately_are_written_to_and_not_one_who_left",
            "slack/test_reminders::test_whoever_is_on_a_review_and_left_the_group_is_told_of_no_case",
        ),
    ),
    "F29": (
        "an expired trigger",
        ("slack/test_conflicts::test_a_form_that_slack_no_longer_lets_us_open_is_answered_in_the_channel",),
    ),
    "F30": (
        "long text",
        (
            "unit/handlers/test_inputs::test_a_long_text_stands_in_parts_that_join_to_the_same_text",
            "unit/handlers/test_card::test_a_long_case_is_shown_in_part_and_the_rest_counted",
            "unit/handlers/test_text::test_escaped_text_says_where_it_was_cut",
        ),
    ),
    "F31": (
        "the token is revoked in mid-batch",
        (
            "slack/test_sender::test_while_the_token_is_refused_everything_stays_queued",
            "chaos/test_slack::test_a_token_that_is_revoked_in_mid_batch_loses_no_post",
        ),
    ),
    "F32": (
        "sockets refresh, or are gone for ten minutes",
        (
            "chaos/test_slack::test_payloads_that_come_twice_or_over_a_new_socket_are_heard_once",
            "chaos/test_slack::test_when_slack_is_gone_until_attempts_would_be_used_up_all_is_as_it_should_be_afterwards",
        ),
    ),
    "F33": (
        "Slack takes five seconds",
        ("chaos/test_slack::test_while_slack_takes_five_seconds_for_each_answer_clicks_are_acknowledged_in_time",),
    ),
    "F34": (
        "garbage, a wrong form, or no confidence",
        (
            "integration/model/test_gateway::test_garbage_goes_to_a_person_with_what_the_model_said",
            "integration/model/test_gateway::test_a_confidence_that_is_none_means_a_person",
            "integration/model/test_outcomes::test_garbage_to_the_end_is_an_answer_without_values_that_says_so",
        ),
    ),
    "F35": (
        "cut off, or declined",
        (
            "integration/model/test_gateway::test_what_stands_against_an_answer_is_told_with_its_code",
            "integration/model/test_outcomes::test_a_refusal_goes_to_a_person_with_its_reason_and_is_not_repeated",
            "integration/model/test_outcomes::test_an_answer_that_is_cut_off_time_and_again_goes_to_a_person",
        ),
    ),
    "F36": (
        "overloaded, or asked too often",
        (
            "integration/model/test_outcomes::test_a_transient_status_is_tried_four_times_in_all_and_then_told",
            "integration/model/test_outcomes::test_retry_after_is_honoured_up_to_the_cap_and_never_shortens_the_pause",
            "integration/model/test_circuit_breakers::test_several_failures_in_a_row_open_the_breaker_and_are_told_once",
        ),
    ),
    "F37": (
        "a spend limit is reached",
        (
            "integration/model/test_circuit_breakers::test_a_spend_limit_or_a_refused_key_opens_it_at_once",
            "slack/test_outages::test_a_spend_limit_is_told_once_and_so_is_its_end",
        ),
    ),
    "F38": (
        "a call that stalls, drips or has no end",
        (
            "integration/model/test_outcomes::test_a_stalled_call_is_given_up_after_the_timeout",
            "integration/model/test_outcomes::test_a_reply_that_drips_for_ever_is_given_up",
            "integration/model/test_outcomes::test_a_reply_without_end_is_not_read_to_its_end",
        ),
    ),
    "F39": (
        "a retired model id",
        (
            "integration/engine/deliver/test_workflow_pauses::test_where_the_model_is_gone_for_good_the_workflow_is_paused_and_people_are_told_once",
            "integration/engine/deliver/test_workflow_pauses::test_of_replicas_that_stop_a_workflow_at_once_one_tells_of_it",
        ),
    ),
    "F40": (
        "an unknown outcome where keys are known",
        (
            "integration/engine/deliver/test_deliveries::test_an_unknown_outcome_at_a_target_that_knows_the_key_is_tried_again_under_it",
            "chaos/test_sweep::test_whatever_goes_wrong_once_nothing_is_lost_doubled_wrong_or_silent",
        ),
    ),
    "F41": (
        "an unknown outcome where they are not",
        (
            "integration/engine/deliver/test_deliveries::test_an_unknown_outcome_at_a_target_without_keys_is_in_doubt",
            "chaos/test_sweep::test_whatever_goes_wrong_once_nothing_is_lost_doubled_wrong_or_silent",
        ),
    ),
    "F42": (
        "another form up- or downstream",
        (
            "integration/engine/propose/test_tools::test_a_system_that_answers_in_another_form_stops_the_run_visibly",
            "integration/engine/run/test_runner::test_an_input_that_no_longer_fits_parks_the_run",
            "integration/engine/review/test_reviews::test_a_proposal_that_no_longer_fits_the_code_is_not_delivered_in_silence",
        ),
    ),
    "F43": (
        "401 from another system",
        (
            "integration/engine/deliver/test_workflow_pauses::test_a_key_that_a_step_s_system_does_not_accept_pauses_the_workflow",
            "integration/engine/deliver/test_holds::test_a_key_that_is_not_accepted_keeps_the_queue_and_loses_nothing",
            "slack/test_pauses::test_people_are_told_once_that_countersign_paused_a_workflow_and_what_to_do",
        ),
    ),
    "F44": (
        "database is locked",
        ("chaos/test_database::test_while_another_program_holds_the_write_lock_nothing_is_lost",),
    ),
    "F45": (
        "the disk is full",
        ("chaos/test_database::test_when_the_disk_is_full_nothing_is_acknowledged_and_all_goes_on_when_there_is_room",),
    ),
    "F46": (
        "the connection is lost during COMMIT",
        (
            "chaos/test_sweep::test_whatever_goes_wrong_once_nothing_is_lost_doubled_wrong_or_silent",
            "chaos/test_database::test_while_postgresql_restarts_again_and_again_nothing_is_lost",
        ),
    ),
    "F47": (
        "PostgreSQL restarts",
        ("chaos/test_database::test_while_postgresql_restarts_again_and_again_nothing_is_lost",),
    ),
    "F48": (
        "a deadlock, or a serialization error",
        (
            "chaos/test_sweep::test_whatever_goes_wrong_once_nothing_is_lost_doubled_wrong_or_silent",
            "integration/engine/review/test_races::test_twenty_batches_with_the_same_keys_at_once_are_taken_in_once",
        ),
    ),
    "F49": (
        "the clock jumps",
        (
            "chaos/test_time::test_when_the_clock_jumps_an_hour_either_way_nothing_changes",
            "integration/bot/test_digest_jobs::test_a_clock_that_jumps_by_an_hour_makes_no_digest_twice_and_leaves_none_out",
        ),
    ),
    "F50": (
        "gap and overlap of summer time",
        (
            "integration/bot/test_digest_jobs::test_where_clocks_change_two_processes_with_different_clocks_make_each_digest_once",
            "unit/bot/test_schedule::test_a_slot_in_the_hour_that_autumn_repeats_comes_once",
            "unit/bot/test_schedule::test_a_slot_in_the_hour_that_spring_leaves_out_comes_once_and_an_hour_late",
        ),
    ),
    "F51": (
        "down over several slots",
        (
            "integration/bot/test_digest_jobs::test_after_a_fortnight_offline_one_digest_covers_it_and_names_the_gap",
            "unit/bot/test_schedule::test_a_slot_of_today_that_has_passed_is_made_up_for_at_the_start_and_none_of_another_day",
        ),
    ),
    "F52": (
        "two replicas, one slot",
        (
            "integration/bot/test_digest_jobs::test_where_clocks_change_two_processes_with_different_clocks_make_each_digest_once",
            "slack/test_serving::test_of_two_processes_one_sends_and_the_other_takes_over_when_it_dies",
        ),
    ),
    "F53": (
        "paused for longer than its lease",
        (
            "chaos/test_killing::test_a_process_that_was_paused_for_longer_than_its_lease_changes_nothing_when_it_comes_back",
            "chaos/test_time::test_a_worker_that_comes_back_after_another_took_over_changes_nothing",
        ),
    ),
    "F54": (
        "a poison case",
        ("chaos/test_poison::test_a_case_that_ends_its_worker_is_set_aside_and_its_neighbours_finish",),
    ),
    "F55": (
        "10 MB, or JSON 10^5 deep; a document of more than 10 MB",
        (
            "chaos/test_load::test_an_input_that_is_too_large_or_too_deep_is_refused_with_the_reason",
            "chaos/test_load::test_a_line_of_json_that_is_too_deep_is_refused_and_the_rows_beside_it_are_taken_in",
            "chaos/test_load::test_a_document_of_more_than_10_mb_is_read_and_what_is_deep_beside_it_is_refused",
        ),
    ),
    "F56": (
        "right-to-left, zero-width, half a surrogate pair, NUL, emoji",
        (
            "unit/engine/case/test_accepting::test_unusual_text_is_taken_in_unchanged",
            "unit/engine/case/test_accepting::test_any_input_is_taken_in_or_refused_with_a_reason",
            "slack/test_neutral::test_a_case_and_a_proposal_are_shown_as_the_text_they_are",
        ),
    ),
    "F57": (
        "a burst of 10,000",
        (
            "chaos/test_load::test_of_a_burst_all_is_taken_in_or_refused_with_a_count",
            "slack/test_serving::test_messages_to_a_channel_keep_the_pace_that_slack_asks_for",
        ),
    ),
    "F58": (
        "redeployed while cases wait at every step",
        ("chaos/test_change::test_a_case_finishes_on_known_steps_or_parks_visibly_when_the_code_changed",),
    ),
    "F59": (
        "a migration is killed midway",
        ("chaos/test_change::test_a_migration_that_is_killed_midway_leaves_the_old_schema_and_can_be_made_again",),
    ),
    "F61": (
        "a backup is put back",
        (
            "chaos/test_restored::test_what_was_delivered_since_the_backup_is_not_sent_again_to_a_target_without_keys",
            "chaos/test_restored::test_the_cards_are_drawn_anew_as_the_backup_knows_the_cases",
        ),
    ),
    "F62": (
        "a rerun twice, or of a delivered case",
        (
            "slack/test_readers::test_a_rerun_asked_for_twice_is_done_once",
            "integration/engine/review/test_reruns::test_a_delivered_case_is_not_run_again",
            "slack/test_repeats::test_a_command_that_arrives_twice_runs_the_case_again_once",
        ),
    ),
    "F63": (
        "author code that ends in SystemExit, CancelledError and their like",
        (
            "chaos/test_author_code::test_code_that_ends_a_program_stops_its_own_case_alone",
            "chaos/test_author_code::test_where_an_exit_is_taken_for_a_refusal_an_effect_is_had_twice",
            "integration/engine/declare/test_author_code::test_whatever_code_raises_stops_its_case_visibly_and_the_next_one_goes_on",
            "integration/bot/worker/test_hanging::test_code_that_tries_to_end_its_worker_ends_nothing_but_its_case",
        ),
    ),
    "F64": (
        "a step with tries inside a delivery whose target knows no key",
        (
            "integration/engine/deliver/test_once::test_it_is_paid_once_and_then_in_doubt",
            "integration/engine/deliver/test_once::test_a_rejection_is_told_once",
        ),
    ),
    "F65": (
        "an answer that does not say that nothing was done",
        (
            "integration/tools/test_http::test_each_refusal_is_an_error_of_ours",
            "integration/tools/test_http::test_what_was_sent_and_got_no_answer_may_have_been_done",
        ),
    ),
    "F66": (
        "Slack is gone until attempts would be used up",
        (
            "chaos/test_slack::test_when_slack_is_gone_until_attempts_would_be_used_up_all_is_as_it_should_be_afterwards",
            "chaos/test_slack::test_a_sender_that_counts_every_attempt_gives_messages_up",
            "slack/test_slack_gone::test_when_the_server_is_away_and_comes_back_all_is_shown_without_a_restart",
        ),
    ),
    "F67": (
        "author code that never returns",
        (
            "chaos/test_author_code::test_code_that_does_not_return_stops_its_own_case_alone",
            "chaos/test_author_code::test_without_a_limit_all_waits_for_the_code_and_nobody_is_told",
            "chaos/test_poison::test_a_case_that_ends_its_worker_is_set_aside_and_its_neighbours_finish",
            "integration/bot/worker/test_hanging::test_others_go_on_while_code_hangs_on_every_worker_at_once",
            "integration/bot/worker/test_hanging::test_serve_lives_through_code_that_exits_and_hangs_and_ends_when_told_to",
            "integration/bot/worker/test_hanging::test_a_process_whose_interpreter_is_held_ends_and_says_where",
        ),
    ),
    "F68": (
        "a database connection that dies without a word",
        (
            "chaos/test_database::test_while_connections_are_lost_without_a_word_nothing_is_and_work_goes_on",
            "integration/store/test_dead_connections::test_connections_that_were_lost_are_noticed_by_the_first_who_needs_one",
            "integration/store/test_dead_connections::test_a_server_that_stands_still_is_noticed_and_gone_on_with",
        ),
    ),
    "F69": (
        "the clock is 400 days ahead for a moment",
        (
            "chaos/test_database::test_what_a_wrong_clock_put_off_by_a_year_is_done_all_the_same",
            "integration/engine/digests/test_failures::test_one_moment_of_a_wrong_clock_keeps_no_summary_from_being_made_and_is_told",
            "unit/bot/test_schedule::test_one_moment_of_a_wrong_clock_stops_no_later_day",
        ),
    ),
    "F70": (
        "a backup beside an old -wal",
        (
            "integration/bot/cli/test_backups::test_an_old_wal_is_not_read_over_the_backup",
            "integration/bot/cli/test_backups::test_a_backup_is_made_while_others_write_and_holds_whole_transactions",
        ),
    ),
    "F71": (
        "a value that does not survive being kept",
        (
            "integration/engine/declare/test_kept_values::test_what_would_be_delivered_as_something_else_is_not_proposed",
            "integration/engine/declare/test_kept_values::test_a_persons_values_that_would_be_delivered_as_others_are_refused",
        ),
    ),
    "F72": (
        "rules and forms that change while a case waits",
        (
            "integration/engine/run/test_changed_code::test_what_was_decided_before_the_form_changed_comes_back_to_a_person_with_all_of_it",
            "integration/engine/run/test_changed_code::test_what_was_decided_before_a_rule_came_is_looked_at_again",
            "integration/engine/run/test_changed_code::test_who_acts_on_a_case_of_a_workflow_that_is_gone_is_told_so",
        ),
    ),
    "F73": (
        "a validator, key, scope or never that raises anything",
        ("unit/engine/case/test_accepting::test_whatever_an_authors_code_raises_it_is_that_input_that_is_refused",),
    ),
    "F74": (
        "Slack cannot open a modal",
        (
            "slack/test_unopened::test_a_form_that_slack_does_not_open_claims_nothing_and_the_person_is_told",
            "slack/test_unopened::test_a_slack_that_is_silent_for_ten_seconds_holds_up_no_acknowledgement",
        ),
    ),
    "F75": (
        "a user group that is wrong, deleted or unreadable",
        (
            "slack/test_groups::test_a_group_that_is_not_there_is_told_as_that_to_who_presses_and_once_to_who_can_mend_it",
            "slack/test_groups::test_a_scope_that_is_missing_is_named",
        ),
    ),
    "F76": (
        "somebody deletes a card",
        (
            "slack/test_finding::test_a_review_whose_card_was_deleted_is_decided_from_what_its_case_says",
            "slack/test_finding::test_what_waits_is_opened_at_any_time_without_a_card",
        ),
    ),
    "F77": (
        "threads that use lazy tables at once",
        (
            "integration/tools/test_cold_start::test_twelve_threads_that_use_the_tools_first_at_the_same_time_all_get_the_same",
        ),
    ),
    "F78": (
        "usage above what was reserved",
        (
            "integration/model/test_overruns::test_an_overdrawn_day_asks_nothing_more_and_neither_does_the_next",
            "integration/model/test_overruns::test_as_many_times_more_is_reserved_as_it_took_until_somebody_says_that_it_was_a_mistake",
        ),
    ),
    "F79": (
        "one row of a file that no one expected",
        (
            "integration/bot/cli/test_files::test_two_texts_under_one_id_are_told_with_their_rows_and_neither_is_taken_in",
            "unit/engine/case/test_accepting::test_whatever_an_authors_code_raises_it_is_that_input_that_is_refused",
        ),
    ),
    "F80": (
        "a result of 100 MB",
        (
            "integration/engine/declare/test_kept_values::test_a_result_of_a_hundred_megabytes_is_refused_with_memory_bounded",
        ),
    ),
    "F81": (
        "a target is down, with decisions waiting",
        (
            "chaos/test_targets::test_when_a_target_is_back_all_goes_out_by_itself",
            "chaos/test_targets::test_where_a_delivery_is_given_up_at_once_each_wants_a_person",
            "integration/engine/deliver/test_waiting_deliveries::test_a_target_that_is_down_heals_by_itself_in_order_and_once",
            "integration/engine/deliver/test_waiting_deliveries::test_with_many_waiting_there_is_one_notice_and_one_probe",
            "integration/bot/cli/test_waiting_deliveries::test_what_waits_outlives_a_process_and_goes_out_by_itself",
        ),
    ),
    "F82": (
        "said to have failed where it may be applied",
        (
            "chaos/test_targets::test_where_the_line_is_dropped_after_it_was_done_it_is_made_again_under_its_key",
            "integration/engine/deliver/test_waiting_deliveries::test_what_a_target_did_before_it_dropped_the_line_is_not_called_failed",
            "slack/test_targets::test_what_nobody_confirmed_is_not_called_failed_and_an_engineer_can_try_it_at_once",
        ),
    ),
    "A1": (
        "a forged request",
        ("slack/test_over_http::test_what_is_not_signed_by_slack_is_refused_and_changes_nothing",),
    ),
    "A2": (
        "an old signature",
        ("slack/test_over_http::test_what_is_not_signed_by_slack_is_refused_and_changes_nothing",),
    ),
    "A3": (
        "a replay within five minutes",
        ("slack/test_over_http::test_a_replay_within_five_minutes_is_recognised_and_has_no_effect",),
    ),
    "A4": (
        "malformed headers and bodies",
        (
            "slack/test_over_http::test_what_cannot_be_read_is_refused_even_where_it_is_signed",
            "slack/test_over_http::test_a_head_that_is_no_http_or_too_large_is_refused",
        ),
    ),
    "A5": (
        "HTTP without a signing secret",
        ("slack/test_serving::test_serve_over_http_refuses_to_start_without_a_secret_or_at_an_address_that_is_taken",),
    ),
    "A6": (
        "a person outside the reviewers",
        (
            "slack/test_conflicts::test_a_person_without_the_right_is_refused_told_why_and_audited",
            "unit/handlers/test_rights::test_only_those_who_are_named_decide",
        ),
    ),
    "A7": (
        "self-approval",
        (
            "slack/test_undo::test_nobody_decides_what_they_handed_in",
            "integration/engine/review/test_own_cases::test_neither_does_who_asked_for_its_rerun_or_its_correction",
        ),
    ),
    "A8": (
        "two persons are needed, and it is the same one twice",
        (
            "integration/engine/review/test_seconds::test_the_same_person_is_no_second_one",
            "integration/engine/review/test_alike::test_nobody_approves_their_own_case_and_two_persons_stay_two",
        ),
    ),
    "A9": (
        "a guest, a bot, or an outsider",
        (
            "slack/test_guests::test_a_guest_of_the_group_is_refused_and_that_is_audited",
            "slack/test_grid::test_people_of_the_organisation_press_submit_and_say_and_outsiders_do_not",
            "unit/handlers/test_rights::test_guests_bots_and_outsiders_have_no_right_by_a_group_alone",
        ),
    ),
    "A10": (
        "a team acts on another team's case",
        (
            "slack/test_grid::test_an_outsider_is_told_the_same_of_what_is_there_and_of_what_is_not",
            "integration/store/test_teams::test_no_query_gives_or_changes_what_is_another_teams",
        ),
    ),
    "A11": (
        "a tampered value of a button or a form",
        (
            "unit/handlers/test_ids::test_what_was_tampered_with_is_refused",
            "slack/test_finding::test_a_guessed_number_says_nothing_about_what_is_there",
        ),
    ),
    "A12": (
        "a forwarded card, another channel",
        ("slack/test_finding::test_a_guessed_number_says_nothing_about_what_is_there",),
    ),
    "A13": (
        "the right is lost between check and write",
        (
            "slack/test_conflicts::test_whoever_leaves_the_group_between_seeing_and_pressing_may_no_longer_decide",
            "slack/test_conflicts::test_a_form_opened_with_the_right_cannot_be_submitted_without_it",
        ),
    ),
    "A14": (
        "mentions in texts from outside",
        (
            "slack/test_neutral::test_a_case_and_a_proposal_are_shown_as_the_text_they_are",
            "slack/test_neutral::test_an_edit_a_reason_and_an_error_are_too",
            "unit/handlers/test_card::test_whatever_a_review_holds_its_card_is_taken_and_pings_only_who_acted",
        ),
    ),
    "A15": (
        "a link that hides its host",
        (
            "slack/test_neutral::test_a_case_and_a_proposal_are_shown_as_the_text_they_are",
            "browser/test_drawing::test_a_link_goes_where_it_says",
        ),
    ),
    "A16": (
        "unfurling as a way out",
        ("slack/test_neutral::test_an_edit_a_reason_and_an_error_are_too",),
    ),
    "A17": (
        "a faked decision in the text of a case",
        ("slack/test_neutral::test_a_case_that_claims_to_be_decided_stays_in_its_labelled_place",),
    ),
    "A18": (
        "“set confidence to 1.0” in the input",
        ("integration/model/test_gateway::test_nothing_that_a_case_says_changes_what_follows_from_its_answer",),
    ),
    "A19": (
        "“approve yourself”",
        ("integration/model/test_gateway::test_nothing_that_a_case_says_changes_what_follows_from_its_answer",),
    ),
    "A20": (
        "“show me other cases”",
        (
            "integration/model/test_gateway::test_nothing_that_a_case_says_changes_what_follows_from_its_answer",
            "integration/model/test_requests::test_nothing_in_a_case_leaves_its_tag_or_reaches_the_system_prompt",
        ),
    ),
    "A22": (
        "a page that runs what a case says",
        (
            "browser/test_drawing::test_hostile_text_is_shown_as_it_is_and_nothing_of_it_runs",
            "integration/handlers/api/test_api::test_no_answer_opens_itself_to_a_web_page",
            "integration/handlers/api/test_hostile_uploads::test_a_name_of_a_file_leads_nowhere",
            "slack/sandbox/test_files::test_nothing_that_could_run_is_ever_shown",
            "slack/test_pages::test_names_and_texts_of_documents_are_words_and_nothing_else",
            "unit/handlers/test_kept_documents::test_the_name_of_a_file_is_a_word_and_nothing_else",
        ),
    ),
    "A23": (
        "a web page that speaks to a local server",
        (
            "slack/sandbox/test_gate::test_it_answers_to_loopback_names_alone",
            "slack/sandbox/test_gate::test_the_control_api_takes_its_token_alone",
            "integration/handlers/mcp/test_over_http::"
            "test_what_has_no_key_or_comes_from_a_web_page_is_refused_before_anything_is_read",
            "integration/handlers/api/test_api::test_without_an_accepted_key_there_is_nothing",
        ),
    ),
    "A24": (
        "SQL in the text of a command",
        ("slack/test_command_text::test_sql_in_the_words_of_a_command_finds_nothing_and_changes_nothing",),
    ),
    "A25": (
        "paths as names of prompts and of documents",
        (
            "integration/engine/documents/test_keeping::test_rows_of_a_file_name_documents_below_its_folder",
            "unit/documents/test_shelf::test_no_path_is_made_of_anything_but_a_hash",
            "unit/model/test_prompts::test_no_name_leads_out_of_the_folder",
            "unit/model/test_prompts::test_no_link_leads_out_of_the_folder",
            "integration/bot/cli/test_documents::test_a_row_whose_document_is_refused_is_refused_alone",
            "integration/handlers/api/test_hostile_uploads::test_no_file_has_a_name_in_the_folder_for_temporary_files",
            "unit/documents/test_new_documents::test_a_name_leads_nowhere_and_hides_nothing",
        ),
    ),
    "A26": (
        "YAML, templates and pickles that run code",
        (
            "unit/model/test_prompts::test_a_prompt_that_cannot_work_is_refused_with_the_reason",
            "unit/model/test_prompts::test_nothing_here_loads_code_from_data",
        ),
    ),
    "A27": (
        "an address that is private",
        (
            "integration/tools/test_private_addresses::test_an_address_that_is_not_of_the_open_internet_is_refused",
            "integration/tools/test_private_addresses::test_the_address_that_was_checked_is_the_one_that_is_connected_to",
            "integration/tools/test_private_addresses::test_a_redirect_never_leads_to_another_server",
            "integration/bot/webhooks/test_posting::test_no_private_address_is_reached",
            "integration/bot/webhooks/test_posting::test_a_name_that_leads_to_a_private_address_is_refused",
            "integration/bot/webhooks/test_posting::test_only_a_2xx_is_taken",
            "integration/model/test_requests::test_a_redirect_is_not_followed_because_it_would_take_the_case_along",
            "unit/bot/test_settings::test_a_setting_that_cannot_be_used_is_named_with_what_it_has_to_be",
            "slack/test_documents::test_a_file_that_is_only_linked_is_refused_with_the_reason",
            "slack/test_file_host::test_an_address_on_another_host_is_never_asked",
            "slack/test_file_host::test_no_redirect_is_followed",
            "documents/test_isolated::test_it_reaches_no_network",
        ),
    ),
    "A28": (
        "a planted secret",
        (
            "integration/model/test_requests::test_the_key_is_in_no_error_and_in_no_answer",
            "integration/model/test_requests::test_the_key_is_in_no_repr",
            "integration/model/test_gateway::test_a_planted_key_is_in_no_row_and_in_no_log",
            "integration/handlers/api/test_hostile::test_keys_are_in_no_line_of_the_log_and_in_no_row",
            "integration/bot/webhooks/test_sender::test_no_secret_is_in_a_row_or_a_log",
        ),
    ),
    "A29": (
        "line feeds and escape sequences in the log",
        ("unit/bot/test_logs::test_a_record_is_one_line_whatever_it_holds",),
    ),
    "A32": (
        "a body without an end",
        (
            "slack/test_over_http::test_a_body_that_is_too_large_is_refused_before_it_is_there",
            "slack/test_over_http::test_a_caller_who_never_comes_to_an_end_is_cut_off_and_holds_up_nobody",
            "integration/handlers/api/test_hostile::test_a_large_body_is_refused_as_soon_as_its_size_is_known",
            "integration/handlers/api/test_hostile::test_only_plain_json_is_read",
            "integration/handlers/api/test_hostile::test_a_slow_request_is_ended",
            "integration/handlers/api/test_hostile::test_64_slow_clients_keep_nobody_waiting",
            "integration/handlers/api/test_hostile_uploads::test_a_file_that_is_too_large_is_refused_as_soon_as_that_is_known",
            "integration/handlers/api/test_hostile_uploads::test_only_multipart_is_read",
            "integration/handlers/api/test_hostile_uploads::test_a_file_that_does_not_come_is_given_up",
            "integration/handlers/api/test_hostile_uploads::test_many_at_once_have_limits_of_number_and_of_bytes",
            "integration/handlers/api/test_documents::test_a_short_request_cannot_stand_for_texts_without_end",
            "slack/test_documents::test_a_file_beyond_the_limit_is_refused_before_it_is_fetched",
            "slack/test_file_host::test_what_is_not_the_file_is_refused",
            "documents/test_hostile::test_each_known_kind_comes_to_what_it_has_to",
            "documents/test_hostile::test_what_would_never_end_is_ended",
            "documents/test_isolated::test_an_answer_is_bounded",
        ),
    ),
    "A33": (
        "a flood that burns the budget",
        (
            "integration/model/test_ladder::test_a_flood_that_burns_the_budget_stops_the_automatic_path_and_review_goes_on",
        ),
    ),
    "A34": (
        "a field that a spreadsheet would execute",
        ("unit/bot/test_digest_files::test_a_text_that_a_spreadsheet_would_execute_begins_with_a_quotation_mark",),
    ),
    "A35": (
        "rows of the audit edited, deleted, reordered, inserted, doubled",
        (
            "integration/engine/proof/test_tampering::test_each_tampering_is_named_with_the_first_row_and_its_kind",
            "integration/engine/proof/test_tampering::test_what_is_done_to_seals_is_named",
            "integration/engine/proof/test_tampering::"
            "test_a_known_head_tells_that_the_newest_part_was_cut_off_or_all_was_written_anew",
            "integration/bot/cli/test_proof::test_a_changed_export_is_told_in_a_sentence_and_by_the_code",
        ),
    ),
    "A36": (
        "a hostile file of settings",
        (
            "unit/bot/test_settings_file::test_a_file_that_lies_in_the_working_folder_is_not_read",
            "unit/bot/test_settings_file::test_a_url_or_a_workflow_of_a_file_never_meets_a_secret_from_elsewhere",
            "unit/bot/test_settings_file::test_a_file_cannot_fill_in_a_secret_of_the_environment",
        ),
    ),
    "A37": (
        "secrets and case data in errors",
        (
            "unit/test_redaction::test_a_secret_is_masked_wherever_it_stands",
            "integration/engine/run/test_error_words::test_a_failure_holds_no_secret_and_no_word_of_its_case",
            "integration/tools/test_echoes::test_an_echo_is_masked_however_it_is_spelled",
        ),
    ),
    "A38": (
        "claims of identity",
        ("integration/bot/cli/test_decisions::test_a_name_that_a_shell_sets_is_nobody",),
    ),
    "A39": (
        "probing keys and names without a right",
        (
            "slack/test_finding::test_what_is_there_and_what_is_not_are_answered_alike",
            "slack/test_finding::test_a_guessed_number_says_nothing_about_what_is_there",
        ),
    ),
    "A40": (
        "text that hides, keys that look alike",
        (
            "unit/test_invisible::test_a_character_that_hides_is_shown_as_its_escape",
            "unit/engine/case/test_accepting::test_keys_that_nobody_can_tell_apart_are_one_key",
        ),
    ),
    "A41": (
        "addresses that are public only by an old table",
        ("integration/tools/test_private_addresses::test_an_address_that_is_not_of_the_open_internet_is_refused",),
    ),
    "A42": (
        "evidence that proves nothing",
        (
            "unit/engine/propose/test_evidence::test_a_quote_of_less_than_three_letters_or_digits_proves_nothing",
            "unit/engine/propose/test_evidence::test_a_quote_that_does_not_hold_every_part_of_a_value_proves_nothing",
            "unit/library/test_papers::test_no_wrong_reading_goes_alone",
        ),
    ),
    "A43": (
        "a database, or documents, that others can read",
        (
            "unit/documents/test_shelf::test_only_their_owner_reads_documents",
            "integration/bot/cli/test_hostile::test_a_new_database_is_for_its_owner_alone",
            "integration/bot/cli/test_hostile::test_doctor_names_a_database_that_others_can_read",
        ),
    ),
    "A44": (
        "a package that anybody could register",
        ("unit/store/test_extras::test_where_it_came_from_is_not_known_no_name_of_an_index_is_given",),
    ),
}
"""Number -> what goes wrong, and the tests, as file::function below `tests`."""
