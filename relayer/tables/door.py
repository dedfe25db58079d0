"""The door and the read views of schema `relay`, as SQL text; made anew by every migrate. Read by migrate alone.

`relay.submit` is the only way in for the api: it inserts a wallet's transaction once and tells what stands under its
key. Two statements in plpgsql: under READ COMMITTED the loser of a concurrent duplicate sees the winner's row in the
second one (as one CTE statement it would see nothing).
"""

DOOR = """
CREATE OR REPLACE FUNCTION relay.submit(
    p_tenant text, p_idem_key text, p_fingerprint bytea, p_wallet text, p_subject text, p_nonce numeric,
    p_payload bytea, p_replaces uuid, p_traceparent text)
RETURNS TABLE (id uuid, state text, fingerprint bytea, created boolean, nonce_in_use boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fresh uuid;
BEGIN
    INSERT INTO relay.intent (tenant, idem_key, fingerprint, kind, subject, episode, wallet, nonce, payload, replaces,
                              state, traceparent)
    VALUES (p_tenant, p_idem_key, p_fingerprint, 'wallet_tx', p_subject, p_idem_key, p_wallet, p_nonce, p_payload,
            p_replaces, 'ACCEPTED', p_traceparent)
    ON CONFLICT DO NOTHING
    RETURNING intent.id INTO fresh;
    IF fresh IS NOT NULL THEN
        NOTIFY relay_intent;
        RETURN QUERY SELECT fresh, 'ACCEPTED'::text, p_fingerprint, true, false;
        RETURN;
    END IF;
    RETURN QUERY SELECT i.id, i.state, i.fingerprint, false, false
        FROM relay.intent i WHERE i.tenant = p_tenant AND i.idem_key = p_idem_key;
    IF NOT FOUND THEN
        RETURN QUERY SELECT NULL::uuid, NULL::text, NULL::bytea, false, true;
    END IF;
END $$;
"""

OPEN = "('ACCEPTED', 'READY', 'IN_FLIGHT', 'EFFECTIVE', 'NEEDS_REVIEW')"

VIEWS: dict[str, str] = {
    # The signature of sponsored bytes is ours until they are final, so it is set only then.
    "v1_intent": """SELECT i.id, i.tenant, i.idem_key, i.fingerprint, i.kind, i.subject, i.episode, i.wallet, i.nonce,
        i.replaces, i.state, i.reason, i.tries, i.created_slot, i.settled_slot, i.signature, i.traceparent,
        i.created_at, i.updated_at,
        (SELECT count(*) FROM relay.attempt a WHERE a.intent_id = i.id) AS attempts,
        (SELECT max(a.lvbh) FROM relay.attempt a WHERE a.intent_id = i.id) AS last_valid_block_height
        FROM relay.intent i""",
    "v1_open_nonce": f"""SELECT wallet, subject, max(nonce) AS nonce FROM relay.intent
        WHERE state IN {OPEN} AND nonce IS NOT NULL GROUP BY wallet, subject""",
    "v1_fee_sample": "SELECT slot, p50, p90, at FROM relay.fee_sample",
    "v1_reading": """SELECT r.feed, f.provider, f.symbol, f.expo, r.provider_time, r.data_type, r.value, r.prev, r.text,
        r.flag, r.confidence_bps, r.accepted, r.reason, r.at
        FROM relay.reading r LEFT JOIN relay.feed_source f ON f.feed = r.feed""",
    "v1_feed_health": """SELECT f.id, f.provider, f.symbol, f.feed, f.interval_s, f.max_age_s, f.seen_at,
        (SELECT max(r.provider_time) FROM relay.reading r WHERE r.feed = f.feed AND r.accepted) AS last_time
        FROM relay.feed_source f""",
    "v1_payer": "SELECT address, state, lamports, checked_at FROM relay.payer",
    "v1_keeper": "SELECT kind, due, proposed, looked_at FROM relay.keeper",
}

RIGHTS = """
GRANT USAGE ON SCHEMA relay TO relayer, api;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA relay TO relayer;
GRANT DELETE ON relay.pause, relay.unpayable, relay.fee_sample TO relayer;
REVOKE INSERT, UPDATE ON relay.version FROM relayer;
REVOKE ALL ON FUNCTION relay.submit(text, text, bytea, text, text, numeric, bytea, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION relay.submit(text, text, bytea, text, text, numeric, bytea, uuid, text) TO api;
"""
