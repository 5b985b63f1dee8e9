#!/bin/sh
# Plans that are reviewed in GitLab or GitHub. docs/workflows.md of avc-moodle-sync tells how.
#
#   review.sh plan AVC MOODLE   what is to do becomes a merge request with the plan
#   review.sh apply BEFORE      carry out the plans that were merged after the commit BEFORE
#
# The plan of a pair is plans/AVC/MOODLE.yaml. plans/AVC/MOODLE.acks, where there is one, has what
# acknowledges guards, a GUARD@HASH on a line.
#
# BASE names the branch that plans are merged into. Needs git, reconciler, and in GitLab curl and
# python3, in GitHub gh.
set -eu

say() { printf 'review: %s\n' "$*" >&2; }

if [ -n "${GITLAB_CI:-}" ]; then
    if [ -z "${GITLAB_TOKEN:-}" ]; then
        say "GITLAB_TOKEN is not set. Set it under Settings, CI/CD, Variables;" \
            "a protected one is there on protected branches only"
        exit 1
    fi
elif ! command -v gh >/dev/null; then
    say "this is no job of GitLab (GITLAB_CI is not set), and GitHub's program gh is not here"
    exit 1
fi

api() { # GitLab's, below this project; the token is not for other users' eyes in ps
    path=$1
    shift
    printf 'PRIVATE-TOKEN: %s\n' "$GITLAB_TOKEN" |
        curl --fail --silent --show-error --header @- "$@" \
            "$CI_API_V4_URL/projects/$CI_PROJECT_ID/$path"
}

request_of() { # the number of the branch's open merge request, or nothing
    # A fork may have a branch of the same name: its request is not ours.
    if [ -n "${GITLAB_CI:-}" ]; then
        api merge_requests --get --data state=opened --data per_page=100 \
            --data-urlencode "source_branch=$1" --data-urlencode "target_branch=$BASE" |
            python3 -c 'import json, os, sys
ours = int(os.environ["CI_PROJECT_ID"])
found = [one["iid"] for one in json.load(sys.stdin) if one["source_project_id"] == ours]
print(*found[:1])'
    else
        gh pr list --head "$1" --base "$BASE" --state open --limit 1000 \
            --json number,isCrossRepository \
            --jq 'map(select(.isCrossRepository|not))[0].number // empty'
    fi
}

open_request() { # BRANCH TITLE
    text="What differs between the two sites. Review it; merging it has it carried out, unless a \
guard holds it back. Then the newest comment ends with what to do."
    if [ -n "${GITLAB_CI:-}" ]; then
        api merge_requests --data-urlencode "source_branch=$1" \
            --data-urlencode "target_branch=$BASE" --data-urlencode "title=$2" \
            --data-urlencode "description=$text" --data remove_source_branch=true >/dev/null
    else
        gh pr create --head "$1" --base "$BASE" --title "$2" --body "$text" >/dev/null
    fi
}

comment_on() { # NUMBER FILE
    if [ -n "${GITLAB_CI:-}" ]; then
        api "merge_requests/$1/notes" --data-urlencode "body@$2" >/dev/null
    else
        gh pr comment "$1" --body-file "$2" >/dev/null
    fi
}

held() { # AVC MOODLE FILE: what else a comment on a plan has to say that a guard holds
    grep -q '^- ✗ .*--ack ' "$3" || return 0
    printf '\n%s %s %s %s\n' \
        "**Merging carries nothing out while a guard holds this plan back.** If it is meant, put" \
        "each word that follows \`--ack\` above on a line of its own in \`plans/$1/$2.acks\`, in" \
        "this same request. If it is not meant, do not merge it: mend it in AVC, or put each person" \
        "on hold in nwp.yml (docs/operating.md of avc-moodle-sync, \"If a removal is not meant\")."
}

close_request() { # NUMBER
    if [ -n "${GITLAB_CI:-}" ]; then
        api "merge_requests/$1" --request PUT --data state_event=close >/dev/null
    else
        gh pr close "$1" >/dev/null
    fi
}

digest() { sed -n 's/^digest: //p'; }

digest_in() { # REVISION AVC MOODLE: of the plan that is there, or nothing
    git show "$1:plans/$2/$3.yaml" 2>/dev/null | digest
}

propose() { # AVC MOODLE FILE: a merge request with the plan, once for each plan
    branch=plan/$1/$2
    number=$(request_of "$branch")
    git fetch --quiet --prune origin '+refs/heads/*:refs/remotes/origin/*'
    new=$(digest <"$3")
    if [ -n "$number" ] && [ "$new" = "$(digest_in "origin/$branch" "$1" "$2")" ]; then
        say "merge request $number has this plan already"
        return
    fi
    title=$(sed -n '1s/^# //p' "$3")
    tree=$scratch/tree
    git worktree add --quiet --detach "$tree" "origin/$BASE"
    mkdir -p "$tree/plans/$1"
    cp "$3" "$tree/plans/$1/$2.yaml"
    git -C "$tree" add "plans/$1/$2.yaml"
    # What was acknowledged for another plan would let the same removals pass unseen.
    [ "$new" = "$(digest_in "origin/$BASE" "$1" "$2")" ] ||
        git -C "$tree" rm --quiet --ignore-unmatch "plans/$1/$2.acks"
    git -C "$tree" commit --quiet --message "$title"
    git -C "$tree" push --quiet --force origin "HEAD:refs/heads/$branch"
    git worktree remove --force "$tree"
    reconciler show "$3" --format markdown >"$scratch/plan.md"
    { cat "$scratch/plan.md" && held "$1" "$2" "$scratch/plan.md"; } >"$scratch/comment.md"
    [ -n "$number" ] || open_request "$branch" "$title"
    number=$(request_of "$branch")
    comment_on "$number" "$scratch/comment.md"
    say "merge request $number: $title"
}

plan() { # AVC MOODLE
    made=0
    reconciler plan "$1" "$2" --detailed-exitcode --output "$scratch/plan.yaml" \
        >"$scratch/said" || made=$?
    sed '/^Written to /d' "$scratch/said" # a file that is gone when somebody reads this
    case $made in
    0)
        number=$(request_of "plan/$1/$2")
        [ -z "$number" ] || close_request "$number"
        ;;
    2) propose "$1" "$2" "$scratch/plan.yaml" ;;
    *) return "$made" ;;
    esac
}

carry_out() { # FILE: apply it, with what acknowledges its guards
    file=$1
    set --
    if [ -f "${file%.yaml}.acks" ]; then
        while read -r word || [ -n "$word" ]; do
            [ -z "$word" ] || set -- "$@" --ack "$word"
        done <"${file%.yaml}.acks"
    fi
    reconciler apply "$file" --yes --max-age "${MAX_AGE:-7d}" "$@"
}

apply_plan() { # FILE
    code=0
    carry_out "$1" || code=$?
    if [ "$code" -eq 5 ]; then
        say "$1 was carried out in part; once more for the rest"
        code=0
        carry_out "$1" || code=$?
    fi
    case $code in
    3)
        say "a guard holds $1 back, and nothing was written. If it is meant, put the word that" \
            "follows --ack above on a line of its own in ${1%.yaml}.acks, and merge that. If it is" \
            "not, docs/operating.md of avc-moodle-sync has what to do"
        ;;
    4)
        say "the sites have changed since $1 was made, and nothing was written: a new plan"
        avc=${1#plans/}
        plan "${avc%%/*}" "$(basename "$1" .yaml)"
        ;;
    5) say "$1 is carried out in part. Mend what is named above, then run this job again" ;;
    esac
    return "$code"
}

apply() { # BEFORE
    case $1 in
    *[!0]*) before=$1 ;;
    *) before=$(git hash-object -t tree /dev/null) ;; # a new branch has nothing before it
    esac
    worst=0
    changed=$(git -c core.quotePath=true diff --name-only --diff-filter=d "$before" HEAD -- \
        ':(glob)plans/*/*.yaml' ':(glob)plans/*/*.acks')
    odd='[^A-Za-z0-9._/-]' # git puts what is not ASCII in quotes
    if printf '%s\n' "$changed" | grep "$odd" >"$scratch/odd"; then
        say "not carried out, as their names have more than ASCII letters, digits, '.', '_', '-':" \
            "$(cat "$scratch/odd"). Name them plans/AVC/MOODLE.yaml, and merge that"
        worst=1
    fi
    for file in $(printf '%s\n' "$changed" | grep -v "$odd" | sed 's/\.acks$/.yaml/' | sort -u); do
        [ -f "$file" ] || continue
        code=0
        # A process of its own: in a function whose failure is looked at, set -e does nothing.
        sh "$0" apply_plan "$file" || code=$?
        case $code,$worst in
        0,* | 4,[!0]*) ;; # a stale plan is planned again: it must not hide what is not mended
        *) worst=$code ;;
        esac
    done
    return "$worst"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; git worktree prune' EXIT
"$@"
