# Root's hands for the test: `ID BASE64(command)` a line comes in, `ID STATUS BASE64(stdout) BASE64(stderr)` goes out.
exec 3<> "$(sh /usr/lib/hil/port.sh hil.shell)"
mkdir -p /run/hil
while read -r id command <&3; do
  echo "$command" | base64 -d > /run/hil/command
  sh /run/hil/command > /run/hil/out 2> /run/hil/err < /dev/null 3>&-
  status=$?
  out=$(base64 -w0 /run/hil/out)
  err=$(base64 -w0 /run/hil/err)
  # A dash stands for nothing, so that there are always four words.
  echo "$id $status ${out:--} ${err:--}" >&3
done
