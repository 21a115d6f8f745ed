"""The commands of the seed's section 4, step 8, as they stand there (indentation included).

test_walkthrough compares them with the seed's page where that is at hand.
"""

CREATE_SHELL = r'''
        curl -X POST http://127.0.0.1:8080/api/job -H "Content-Type: application/json" -d '{
            "name": "My First Cron Job",
            "description": "Prints current time to stdout",
            "job_type": "SHELL_COMMAND",
            "cron_spec": "*/10 * * * * *",
            "payload": "echo \"Hello from cron job! Current time: $(date)\"",
            "timeout": 30,
            "retry_times": 0,
            "status": "PENDING"
        }'
'''

CREATE_HTTP = r'''
        curl -X POST http://127.0.0.1:8080/api/job -H "Content-Type: application/json" -d '{
            "name": "HTTP Callback Test",
            "description": "Calls a test HTTP endpoint",
            "job_type": "HTTP_CALLBACK",
            "interval": 20,
            "payload": "{\"url\":\"http://httpbin.org/post\",\"method\":\"POST\",\"headers\":{\"Content-Type\":\"application/json\"},\"body\":\"{\\\"data\\\":\\\"test_payload\\\"}\"}",
            "timeout": 15,
            "retry_times": 1,
            "status": "PENDING"
        }'
'''

LIST = r'''
        curl http://127.0.0.1:8080/api/jobs
'''

TRIGGER = r'''
        curl -X POST http://127.0.0.1:8080/api/job/YOUR_JOB_ID/trigger
'''

LOGS = r'''
        curl http://127.0.0.1:8080/api/job/logs/YOUR_JOB_ID
'''
