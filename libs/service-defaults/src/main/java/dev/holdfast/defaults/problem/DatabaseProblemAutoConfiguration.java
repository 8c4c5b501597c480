package dev.holdfast.defaults.problem;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.DataAccessException;

/** Problem details for services with a database. */
@AutoConfiguration
@ConditionalOnClass(DataAccessException.class)
class DatabaseProblemAutoConfiguration {

    @Bean
    DatabaseProblems databaseProblems() {
        return new DatabaseProblems();
    }
}
